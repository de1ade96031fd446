/**
 * The SDK keeps the stack of every promise that a job waits for, each frame looked up in the source map, for the query
 * `__stack_trace`. Ten frames a stack were half of what a waiting job took in memory; one or two are the SDK's own, and
 * the next three say where it waits. The SDK freezes what jobs share once it is loaded, hence a module that is preloaded.
 */
Error.stackTraceLimit = 5;
