// How a type of asset is called and drawn. Types are declared by connectors: what is not known here is said as it is.
import type { FluentIcon } from '@fluentui/react-icons'
import { Box20Regular } from '@fluentui/react-icons/svg/box'
import { Database20Regular } from '@fluentui/react-icons/svg/database'
import { Document20Regular } from '@fluentui/react-icons/svg/document'
import { Eye20Regular } from '@fluentui/react-icons/svg/eye'
import { Flow20Regular } from '@fluentui/react-icons/svg/flow'
import { Folder20Regular } from '@fluentui/react-icons/svg/folder'
import { Server20Regular } from '@fluentui/react-icons/svg/server'
import { Table20Regular } from '@fluentui/react-icons/svg/table'
import { TextColumnOne20Regular } from '@fluentui/react-icons/svg/text-column-one'
import { typeWords } from './strings'

/** titleOf makes words of a type's name: postgresql_materialized_view → PostgreSQL materialized view. */
export function titleOf(type: string): string {
  const [first = '', ...rest] = type.split('_')
  const head = typeWords[first] ?? (first ? first[0]!.toUpperCase() + first.slice(1) : '')
  return [head, ...rest.map(w => typeWords[w] ?? w)].join(' ')
}

export function iconOf(type: string): FluentIcon {
  if (/process|lineage|procedure|pipeline|copy|routine/.test(type)) return Flow20Regular
  if (/view/.test(type)) return Eye20Regular
  if (/column|field/.test(type)) return TextColumnOne20Regular
  if (/table|collection|topic|resource_set/.test(type)) return Table20Regular
  if (/schema|folder|container|bucket/.test(type)) return Folder20Regular
  if (/_file$/.test(type)) return Document20Regular
  if (/server|instance|account/.test(type)) return Server20Regular
  if (/db|database|keyspace/.test(type)) return Database20Regular
  return Box20Regular
}
