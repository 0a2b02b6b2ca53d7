// Settings: collections and who may do what on them, people and apps, credentials, kinds that nodes announced, the network, the account. Each side says what it
// takes where a person may not see it.
import { lazy, Suspense } from 'react'
import { useAddress } from '../ui/address'
import { useMay } from '../client/may'
import { DetailPage } from '../ui/DetailPage'
import { Loading, Refused } from '../ui/States'
import { words } from './strings'

const AccountTab = lazy(() => import('./AccountTab').then(m => ({ default: m.AccountTab })))
const CollectionsTab = lazy(() => import('./CollectionsTab').then(m => ({ default: m.CollectionsTab })))
const CredentialsTab = lazy(() => import('./CredentialsTab').then(m => ({ default: m.CredentialsTab })))
const KindsTab = lazy(() => import('./KindsTab').then(m => ({ default: m.KindsTab })))
const NetworkTab = lazy(() => import('./NetworkTab').then(m => ({ default: m.NetworkTab })))
const PeopleTab = lazy(() => import('./PeopleTab').then(m => ({ default: m.PeopleTab })))

type Tab = keyof typeof words.tabs
export interface Address {
  tab?: Tab
  collection?: string
  announced?: string
  login?: string
}

const tabs = Object.keys(words.tabs) as Tab[]

export function SettingsPage() {
  const [at, change] = useAddress<Address>()
  const may = useMay()
  const open = tabs.find(t => t === at.tab) ?? 'collections'
  return (
    <DetailPage title={words.title} tabs={tabs.map(key => ({ key, title: words.tabs[key] }))} open={open} onOpen={tab => change({ tab: tab === 'collections' ? undefined : tab, collection: undefined, announced: undefined, login: undefined })}>
      <Suspense fallback={<Loading lines={8} />}>
        {open === 'collections' && <CollectionsTab chosen={at.collection} onChoose={collection => change({ collection })} />}
        {open === 'people' && (may('collection/write', 'root') ? <PeopleTab /> : <Refused>{words.mayNotPeople}</Refused>)}
        {open === 'credentials' && (may('source/read') ? <CredentialsTab chosen={at.login} onChoose={login => change({ login })} /> : <Refused>{words.mayNotCredentials}</Refused>)}
        {open === 'kinds' && (may('runtime/read') ? <KindsTab chosen={at.announced} onChoose={announced => change({ announced })} /> : <Refused>{words.mayNotKinds}</Refused>)}
        {open === 'network' && (may('network/write', 'root') ? <NetworkTab /> : <Refused>{words.mayNotNetwork}</Refused>)}
        {open === 'account' && <AccountTab />}
      </Suspense>
    </DetailPage>
  )
}
