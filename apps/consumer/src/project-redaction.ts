import { defaultRules, redactionRules, redactRecord } from '@weir/redaction'
import type { PoolClient } from 'pg'

/**
 * What redacts the records of a project by its rules of the moment: a rule may be younger than a record in the
 * quarantine, and what a record is read as may say more plainly than the record what is in it. `hashKey` is that of the
 * environment, which wins over the database's.
 */
export async function readProjectRedaction(
  client: PoolClient,
  projectId: number,
  hashKey: string | undefined,
): Promise<(record: unknown) => unknown> {
  const { rows } = await client.query<{ key: string; rules: unknown }>(
    `select redaction_key.key, redaction_rules.rules
     from redaction_key left join redaction_rules on redaction_rules.project_id = $1`,
    [projectId],
  )
  const stored = redactionRules.safeParse(rows[0]?.rules)
  const rules = stored.success ? stored.data : defaultRules
  const redaction = { projectId, rules, hashKey: hashKey ?? rows[0]?.key ?? '' }
  return (record) => redactRecord(record, redaction).value
}
