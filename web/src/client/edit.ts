// What people write over assets and columns.
import type { Entity, EntityInfo } from './api'
import { deed, flag, line } from './command'
import { rest } from './rest'

const entityAt = '/datamap/api/atlas/v2/entity'
const at = (guid: string) => `${entityAt}/guid/${encodeURIComponent(guid)}`

export interface Contact {
  id: string
  info: string
}

/** Writing is what is to stand over an entity; a part that is left out stays as it is. */
export interface Writing {
  description?: string
  contacts?: { Owner: Contact[]; Expert: Contact[] }
}

/** readEntity asks for an entity or column as it is now, past what the page has. */
export const readEntity = (guid: string) => rest<EntityInfo>(at(guid)).then(info => info.entity)

/** writeEntity writes over an entity, if it is still as the version says: else a Failure of status 409. */
export const writeEntity = (entity: Pick<Entity, 'guid' | 'typeName' | 'lastModifiedTS'>, { description, contacts }: Writing) =>
  rest<unknown>(entityAt, {
    method: 'POST',
    body: {
      entity: {
        guid: entity.guid, typeName: entity.typeName, lastModifiedTS: entity.lastModifiedTS,
        ...(description !== undefined && { attributes: { userDescription: description } }), ...(contacts && { contacts }),
      },
    },
  })

/** Target names an asset, or a column of it, on the command line. */
export interface Target {
  asset: string // qualified name
  column?: string
}

export const classify = deed(
  (guid: string, name: string, _: Target) => rest<void>(`${at(guid)}/classifications`, { method: 'POST', body: [{ typeName: name }] }),
  (_, name, { asset, column }) => line`purlieu asset classify ${asset}${flag('column', column)}${flag('add', name)}`)
export const declassify = deed(
  (guid: string, name: string, _: Target) => rest<void>(`${at(guid)}/classification/${encodeURIComponent(name)}`, { method: 'DELETE' }),
  (_, name, { asset, column }) => line`purlieu asset classify ${asset}${flag('column', column)}${flag('remove', name)}`)
export const deleteAsset = deed(
  (guid: string) => rest<unknown>(at(guid), { method: 'DELETE' }), guid => line`purlieu asset delete ${guid}`)
export const restoreAsset = deed(
  (guid: string) => rest<void>(`/manage/v1/assets/${encodeURIComponent(guid)}/restore`, { method: 'POST' }), guid => line`purlieu asset restore ${guid}`)
