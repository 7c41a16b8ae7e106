import { z } from 'zod'

/** The variables that say where PostgreSQL is: one URL, or its parts. */
export const databaseEnvironment = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_HOST: z.string().default('127.0.0.1'),
  DATABASE_PORT: z.coerce.number().int().min(1).max(65_535).default(5432),
  DATABASE_NAME: z.string().default('weir'),
  DATABASE_USER: z.string().default('weir'),
  DATABASE_PASSWORD: z.string().optional(),
}

type DatabaseEnvironment = z.output<z.ZodObject<typeof databaseEnvironment>>

/** The URL that those variables make; `DATABASE_URL` wins. */
export function toDatabaseUrl(env: DatabaseEnvironment): string {
  if (env.DATABASE_URL !== undefined) return env.DATABASE_URL
  const url = new URL(`postgres://${env.DATABASE_HOST}:${env.DATABASE_PORT}`)
  url.pathname = `/${encodeURIComponent(env.DATABASE_NAME)}`
  url.username = encodeURIComponent(env.DATABASE_USER)
  url.password = encodeURIComponent(env.DATABASE_PASSWORD ?? '')
  return url.href
}
