// Settings: collections and who may do what on them, people and apps, credentials, kinds that nodes announced, the network, the account. Each side says what it
// takes where a person may not see it.
import { useAddress } from '../ui/address'
import { useMay } from '../client/may'
import { DetailPage } from '../ui/DetailPage'
import { later } from '../ui/later'
import { Loading, Refused } from '../ui/States'
import { words } from './strings'

const loading = <Loading lines={8} />
const AccountTab = later(() => import('./AccountTab').then(m => m.AccountTab), loading)
const CollectionsTab = later(() => import('./CollectionsTab').then(m => m.CollectionsTab), loading)
const CredentialsTab = later(() => import('./CredentialsTab').then(m => m.CredentialsTab), loading)
const KindsTab = later(() => import('./KindsTab').then(m => m.KindsTab), loading)
const NetworkTab = later(() => import('./NetworkTab').then(m => m.NetworkTab), loading)
const PeopleTab = later(() => import('./PeopleTab').then(m => m.PeopleTab), loading)

type Tab = keyof typeof words.tabs
export interface Address {
  tab?: Tab
  collection?: string
  announced?: string
  login?: string
  find?: string
}

const tabs = Object.keys(words.tabs) as Tab[]

export function SettingsPage() {
  const [at, change] = useAddress<Address>()
  const may = useMay()
  const open = tabs.find(t => t === at.tab) ?? 'collections'
  return (
    <DetailPage title={words.title} tabs={tabs.map(key => ({ key, title: words.tabs[key] }))} open={open} onOpen={tab => change({ tab: tab === 'collections' ? undefined : tab, collection: undefined, announced: undefined, login: undefined, find: undefined })}>
      {open === 'collections' && <CollectionsTab chosen={at.collection} onChoose={collection => change({ collection })} />}
      {open === 'people' && (may('collection/write', 'root') ? <PeopleTab /> : <Refused>{words.mayNotPeople}</Refused>)}
      {open === 'credentials' && (may('source/read') ? <CredentialsTab chosen={at.login} onChoose={login => change({ login })} /> : <Refused>{words.mayNotCredentials}</Refused>)}
      {open === 'kinds' && (may('runtime/read') ? <KindsTab chosen={at.announced} onChoose={announced => change({ announced })} /> : <Refused>{words.mayNotKinds}</Refused>)}
      {open === 'network' && (may('network/write', 'root') ? <NetworkTab /> : <Refused>{words.mayNotNetwork}</Refused>)}
      {open === 'account' && <AccountTab />}
    </DetailPage>
  )
}
