import { z } from 'zod';

/** As a browser writes it: scheme, host and port, no path. */
const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'must be like https://temporal.example.com, without a path',
  );

/** A token must not travel in the clear, except to this very machine. */
const safeAddress = z
  .url({
    protocol: /^https?$/,
    error: 'must be an https address',
  })
  .refine(
    (text) => /^https:|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(`${text}/`),
    'must be an https address',
  );

const file = z.string('must name a file').min(1, 'must name a file');

/** The section `encryption.codecServer`. */
export const codecServerSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce
    .number<number | string>('must be a port')
    .int('must be a port')
    .min(0)
    .max(65_535, 'must be a port')
    .default(8234),
  /** Where commands reach it. */
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .optional()
    .describe('Where commands reach it: doctor asks it to decrypt, with the token'),
  /** Where the Temporal UI is served: pages from elsewhere get nothing. */
  origins: z.array(origin).default([]),
  /** Holds the token that a command line sends, at least 32 characters. */
  tokenFile: file.optional(),
  /** Who signed in to the Temporal UI at this identity provider, for this audience. */
  oidc: z
    .strictObject({
      issuer: safeAddress,
      audience: z.string('must be set too').min(1, 'must be set too'),
      /** Where the issuer's discovery document does not say it. */
      jwksUri: safeAddress.optional(),
      /** Only people with a verified address there. */
      emailDomain: z
        .string()
        .regex(/^[a-z0-9.-]+\.[a-z]+$/i, 'must be a domain such as example.com')
        .optional(),
    })
    .optional(),
  /** The Temporal UI passes tokens over https only: give both, or put a proxy before it. */
  tls: z.strictObject({ certFile: file, keyFile: file }).optional(),
});

export type CodecServerSettings = z.output<typeof codecServerSchema>;
