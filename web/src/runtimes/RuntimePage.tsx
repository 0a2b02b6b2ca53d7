// One runtime: its nodes, its keys, and how a node is set up.
import { Button } from '@fluentui/react-components'
import { Server24Regular } from '@fluentui/react-icons/svg/server'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { can, deleteRuntime, runtimeNodes, runtimes, whoami } from '../client/api'
import { Failure } from '../client/rest'
import { useAddress } from '../ui/address'
import { DetailPage } from '../ui/DetailPage'
import { useNotices } from '../ui/Notices'
import { Link, Status } from '../ui/Parts'
import { Failed, Loading, sayFailure, Shown } from '../ui/States'
import { Keys } from './Keys'
import { Nodes } from './Nodes'
import { Setup } from './Setup'
import { toneOf } from './state'
import { words } from './strings'

type Tab = 'nodes' | 'keys' | 'setup'

export function RuntimePage() {
  const { name } = useParams({ strict: false }) as { name: string }
  const [at, change] = useAddress<{ tab?: Tab }>()
  const nodes = useQuery({ ...runtimeNodes(name), refetchInterval: 3000 })
  const all = useQuery(runtimes())
  const who = useQuery(whoami())
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { tell } = useNotices()
  const remove = useMutation({
    mutationFn: () => deleteRuntime(name),
    onSuccess: () => { tell({ kind: 'done', title: words.deleted(name) }); void queries.invalidateQueries({ queryKey: ['runtimes'] }); void navigate({ to: '/runtimes' }) },
    onError: error => { const f = sayFailure(error); tell({ kind: 'failed', title: f.title, text: f.text }) },
  })
  const runtime = all.data?.value.find(r => r.name === name)
  if (nodes.error && !nodes.data) return <Failed error={nodes.error} retry={() => void nodes.refetch()} />
  if (all.data && !runtime) return <Failed error={new Failure(404, 'NotFound', '', '')} />
  const mayWrite = can(who.data, 'runtime/write')
  const selfHosted = runtime?.kind !== 'Managed'
  const tabs: Tab[] = selfHosted && mayWrite ? ['nodes', 'keys', 'setup'] : ['nodes']
  const open = tabs.find(t => t === at.tab) ?? 'nodes'
  return (
    <DetailPage
      title={name} icon={<Server24Regular />} above={<Link to="/runtimes">{words.title}</Link>}
      about={<>{nodes.data ? <Status tone={toneOf(nodes.data.state)}>{nodes.data.state}</Status> : '\u00a0'} {runtime?.properties.description}</>}
      actions={mayWrite && selfHosted && <Button disabled={remove.isPending} onClick={() => confirm(words.deleteSure(name)) && remove.mutate()}>{words.delete}</Button>}
      tabs={tabs.map(key => ({ key, title: words.tabs[key], ...(key === 'nodes' && nodes.data ? { count: nodes.data.value.length } : {}) }))} open={open} onOpen={tab => change({ tab: tab === 'nodes' ? undefined : tab })}
    >
      {open === 'nodes' && <Shown of={nodes} loading={<Loading lines={6} />}>{data => <Nodes runtime={name} nodes={data.value} managed={!selfHosted} mayWrite={mayWrite} onSetup={() => change({ tab: 'setup' })} />}</Shown>}
      {open === 'keys' && <Keys runtime={name} />}
      {open === 'setup' && <Setup nodes={nodes.data?.value ?? []} />}
    </DetailPage>
  )
}
