/** A search attribute as Temporal's SDK spells its type. */
export interface SearchAttributeSpec {
  readonly name: string;
  readonly type: keyof typeof SERVER_TYPES;
}

export type DynamicConfig = Readonly<Record<string, string | number | boolean>>;

export interface ServerPorts {
  port: number;
  httpPort: number;
  uiPort?: number;
}

/** The command line spells the types in its own way. */
const SERVER_TYPES = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
} as const;

const ALWAYS: DynamicConfig = {
  // Otherwise a job started in the first seconds is refused for a search attribute that is there.
  'system.forceSearchAttributesCacheRefreshOnRead': true,
  // Server 1.29.1 ignores task priority without it (measured).
  'matching.useNewMatcher': true,
};

/** The arguments of `temporal server start-dev`. */
export function serverArguments(
  ports: ServerPorts,
  options: {
    namespace: string;
    dbFilename?: string;
    searchAttributes: readonly SearchAttributeSpec[];
    dynamicConfig?: DynamicConfig;
    uiCodecEndpoint?: string;
  },
): string[] {
  const config = Object.entries({ ...ALWAYS, ...options.dynamicConfig });
  return [
    'server',
    'start-dev',
    '--log-level=warn',
    '--ip=127.0.0.1',
    `--port=${ports.port}`,
    `--http-port=${ports.httpPort}`,
    ports.uiPort === undefined ? '--headless' : `--ui-port=${ports.uiPort}`,
    ...(options.uiCodecEndpoint === undefined ? [] : [`--ui-codec-endpoint=${options.uiCodecEndpoint}`]),
    ...(options.namespace === 'default' ? [] : [`--namespace=${options.namespace}`]),
    ...(options.dbFilename === undefined ? [] : [`--db-filename=${options.dbFilename}`]),
    ...options.searchAttributes.map(({ name, type }) => `--search-attribute=${name}=${SERVER_TYPES[type]}`),
    ...config.map(([key, value]) => `--dynamic-config-value=${key}=${JSON.stringify(value)}`),
  ];
}
