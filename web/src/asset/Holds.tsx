// What stands one name below an asset.
import { useInfiniteQuery } from '@tanstack/react-query'
import { children } from '../client/api'
import { DataTable } from '../ui/DataTable'
import { plural } from '../ui/format'
import { More } from '../ui/More'
import { Card, Link, Soft } from '../ui/Parts'
import { Loading, Shown } from '../ui/States'
import { titleOf } from '../ui/types'
import { words } from './strings'

export function Holds({ guid }: { guid: string }) {
  const below = useInfiniteQuery(children(guid))
  return (
    <Card title={words.children}>
      <Shown of={below} loading={<Loading />} empty={list => list.length === 0 && <Soft>{words.noChildren}</Soft>}>
        {list => (
          <>
            <DataTable
              caption={words.children} rows={list} id={a => a.guid}
              columns={[
                { name: words.child, show: a => <Link to="/asset/$guid" params={{ guid: a.guid }}>{a.name}</Link> },
                { name: words.type, show: a => titleOf(a.type) },
                { name: words.tabs.schema, show: a => (a.columns ? plural(a.columns, 'column', 'columns') : ''), number: true },
                { name: words.comment, show: a => a.comment && <Soft>{a.comment}</Soft> },
              ]}
            />
            <More of={below} shown={list.length} />
          </>
        )}
      </Shown>
    </Card>
  )
}
