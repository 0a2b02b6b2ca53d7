// One runtime: its nodes, its keys, and how a node is set up.
import { useRef, useState } from 'react'
import { Button } from '@fluentui/react-components'
import { Server24Regular } from '@fluentui/react-icons/svg/server'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { deleteRuntime, runtimeNodes, runtimes } from '../client/api'
import { useMay } from '../client/may'
import { Failure } from '../client/rest'
import { Ask } from '../ui/Ask'
import { useAddress } from '../ui/address'
import { DetailPage } from '../ui/DetailPage'
import { later } from '../ui/later'
import { Page } from '../ui/Page'
import { Link } from '../ui/Parts'
import { RuntimeStatus } from '../ui/RuntimeStatus'
import { Failed, isComing, isUnknown, Loading, Refused, Shown, ShownPage } from '../ui/States'
import { Keys } from './Keys'
import { words as says } from './keyStrings'
import { Nodes } from './Nodes'
import { Setup } from './Setup'
import { Unknown } from '../ui/Unknown'
import { words } from './strings'

const Describe = later(() => import('./Describe').then(m => m.Describe), <Loading lines={3} />)

type Tab = 'nodes' | 'keys' | 'setup'

export function RuntimePage() {
  const { name } = useParams({ strict: false }) as { name: string }
  const [at, change] = useAddress<{ tab?: Tab }>()
  const nodes = useQuery({ ...runtimeNodes(name), refetchInterval: 3000 })
  const all = useQuery(runtimes())
  const may = useMay()
  const [describing, describe] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const described = () => { describe(false); setTimeout(() => button.current?.focus()) }
  const runtime = all.data?.value.find(r => r.name === name)
  if (nodes.error && !nodes.data) return <ShownPage title={name} of={nodes}>{() => null}</ShownPage>
  if (all.data && !runtime) return <Page title={name}><Failed error={new Failure(404, 'NotFound', '', '')} /></Page>
  const mayWrite = may('runtime/write')
  if (isComing(all)) return <Page title={name}><Loading lines={6} /></Page>
  const selfHosted = !!runtime && runtime.kind !== 'Managed' // what depends on it is not offered before it is known that it is right
  const tabs: Tab[] = selfHosted && mayWrite ? ['nodes', 'keys', 'setup'] : ['nodes']
  const open = tabs.find(t => t === at.tab) ?? 'nodes'
  const kept = !mayWrite && (at.tab === 'keys' || at.tab === 'setup') // from who may only look
  return (
    <DetailPage
      title={name} icon={<Server24Regular />} above={<Link to="/runtimes">{words.title}</Link>}
      about={nodes.data ? <><RuntimeStatus of={{ state: nodes.data.state }} /> <Unknown of={all} what={words.kindAndDescription}>{runtime?.properties.description}</Unknown></> : '\u00a0'}
      actions={mayWrite && selfHosted && <><Button ref={button} onClick={() => describe(true)}>{says.describe}</Button><Ask appearance="secondary" label={words.delete} title={words.deleteSure(name)} done={words.deleted(name)} act={() => deleteRuntime(name)} changes={`runtime ${name}`} command={deleteRuntime.command(name)} stale={['runtimes']} to="/runtimes">{words.deleteText}</Ask></>}
      tabs={tabs.map(key => ({ key, title: words.tabs[key], ...(key === 'nodes' ? { count: nodes.data?.value.length } : {}) }))} open={open} onOpen={tab => change({ tab: tab === 'nodes' ? undefined : tab })}
    >
      {describing && runtime && <Describe runtime={name} of={runtime.properties.description ?? ''} onDone={described} />}
      {kept ? <Refused>{words.mayNot}</Refused> : open === 'nodes' && <Shown of={nodes} loading={<Loading lines={6} />}>{data => <Nodes runtime={name} nodes={data.value} managed={!selfHosted} known={!isUnknown(all)} mayWrite={mayWrite} onSetup={() => change({ tab: 'setup' })} />}</Shown>}
      {open === 'keys' && <Keys runtime={name} />}
      {open === 'setup' && <Setup nodes={nodes.data?.value} />}
    </DetailPage>
  )
}
