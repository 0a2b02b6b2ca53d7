// All sources that the reader may see, and how each was last read.
import { Button } from '@fluentui/react-components'
import { Add20Regular } from '@fluentui/react-icons/svg/add'
import { Database48Regular } from '@fluentui/react-icons/svg/database'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMay } from '../client/may'
import { DataTable } from '../ui/DataTable'
import { Found } from '../ui/Find'
import { ListPage } from '../ui/ListPage'
import { Link, Soft, When } from '../ui/Parts'
import { Empty, isComing, Loading, Refused, Shown } from '../ui/States'
import { Unknown } from '../ui/Unknown'
import { Named } from './Named'
import { newestQuery } from './newest'
import { collectionsQuery, kindsQuery, sourcesQuery } from './rest'
import { RunStatus } from '../ui/RunStatus'
import { words } from './strings'
import type { Source } from './types'

export function SourcesPage() {
  const may = useMay()
  return may('source/read') ? <Sources mayRegister={may('source/write')} /> : <ListPage title={words.sources} about={words.sourcesAbout}><Refused>{words.mayNotSources}</Refused></ListPage>
}

function Sources({ mayRegister }: { mayRegister: boolean }) {
  const navigate = useNavigate()
  const sources = useQuery(sourcesQuery())
  const kinds = useQuery(kindsQuery())
  const collections = useQuery(collectionsQuery())
  const runs = useQuery(newestQuery())
  const around = [kinds, collections, runs] // rows move when these come later
  const register = mayRegister && <Button appearance="primary" icon={<Add20Regular />} onClick={() => void navigate({ to: '/sources/_new' })}>{words.register}</Button>
  const kindOf = (name: string) => kinds.data?.find(k => k.name === name)
  const titleOf = (name: string) => kindOf(name)?.title
  const collectionOf = (s: Source) => collections.data?.find(c => c.name === s.properties.collection?.referenceName)?.friendlyName ?? s.properties.collection?.referenceName
  const lastOf = (source: string) => runs.data?.find(r => r.source === source)
  return (
    <ListPage title={words.sources} about={words.sourcesAbout} actions={register}>
      <Shown of={sources} empty={list => list.length === 0 ? <Empty icon={<Database48Regular />} title={words.noSources} actions={register}>{words.noSourcesText}</Empty> : undefined}>
        {list => around.some(isComing) ? <Loading /> : (
          <Found label={words.findSource} all={list} texts={s => [s.name, titleOf(s.kind), s.kind, collectionOf(s)]} said={words.foundSources}>
            {shown => (
              <DataTable
                caption={words.sources} rows={shown} id={s => s.name}
                columns={[
                  { name: words.name, width: '24%', show: s => <Named icon={kindOf(s.kind)?.icon}><Link to={`/sources/${encodeURIComponent(s.name)}`}>{s.name}</Link></Named> },
                  { name: words.kind, width: '18%', show: s => titleOf(s.kind) ?? <Unknown of={kinds} what={words.kind}>{s.kind}</Unknown> },
                  { name: words.collection, width: '18%', show: s => <Unknown of={collections} what={words.collection}>{collectionOf(s)}</Unknown> },
                  { name: words.lastRun, width: '22%', show: s => { const run = lastOf(s.name); return run ? <Link to={`/runs/${run.id}`}><RunStatus run={run} /></Link> : runs.data ? <Soft>{words.never}</Soft> : <Unknown of={runs} what={words.lastRunOf(s.name)} /> } },
                  { name: words.changed, width: '18%', show: s => runs.data && <When at={lastOf(s.name)?.queued ?? s.properties.lastModifiedAt} /> },
                ]}
              />
            )}
          </Found>
        )}
      </Shown>
    </ListPage>
  )
}
