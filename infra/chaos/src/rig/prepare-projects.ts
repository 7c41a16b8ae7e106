import { ensurePartitions, migrateToLatest, type Database } from '@weir/database'
import { createKey, findOrCreateProject } from '@weir/http'

/** A project of the run, and a key that may do everything in it. */
export interface Project {
  id: number
  key: string
}

const projectNames = ['first', 'second']

/** Makes the tables and the run's projects. */
export async function prepareProjects(db: Database): Promise<Project[]> {
  await migrateToLatest(db)
  await ensurePartitions(db, new Date())
  const projects: Project[] = []
  for (const name of projectNames) {
    const id = await findOrCreateProject(db, name)
    const { text } = await createKey(db, {
      projectId: id,
      name: 'chaos',
      scopes: ['ingest', 'read', 'admin'],
    })
    projects.push({ id, key: text })
  }
  return projects
}
