// The style page: each pattern with all its parts, on one page that tests and people look at.
import { useState } from 'react'
import { Button, Field, Input, makeStyles } from '@fluentui/react-components'
import { Database24Regular } from '@fluentui/react-icons/svg/database'
import { Failure } from '../client/rest'
import { useAddress } from '../ui/address'
import { Command } from '../ui/Command'
import { DataTable } from '../ui/DataTable'
import { DetailPage } from '../ui/DetailPage'
import { later } from '../ui/later'
import { ListPage } from '../ui/ListPage'
import { useNotices } from '../ui/Notices'
import { Card, Facts, Key, Link, Mono, Status, Tag, When } from '../ui/Parts'
import { PictureFrame } from '../ui/PicturePage'
import { Empty, Failed, Loading } from '../ui/States'
import { Tick } from '../ui/Tick'
import { WizardPage } from '../ui/WizardPage'
import { drawn, feeds, sample, words } from './strings'

const SamplePicture = later(() => import('./SamplePicture').then(m => m.SamplePicture))

const useStyles = makeStyles({ bar: { display: 'flex', gap: '8px' }, text: { margin: 0 } })

interface Address {
  tab?: string
  step?: string
  as?: string
}
type Tab = keyof typeof words.tabs

export function StylePage() {
  const [{ tab = 'list' }, change] = useAddress<Address>()
  const open = tab in words.tabs ? (tab as Tab) : 'list'
  return (
    <DetailPage
      title={words.title} about={words.about} icon={<Database24Regular />} open={open} tall={open === 'picture'}
      tabs={(Object.keys(words.tabs) as Tab[]).map(key => ({ key, title: words.tabs[key] }))}
      onOpen={next => change({ tab: next, step: undefined, as: undefined })}
    >
      {open === 'list' && <List />}
      {open === 'detail' && <Detail />}
      {open === 'wizard' && <Wizard />}
      {open === 'picture' && <Picture />}
      {open === 'states' && <States />}
      {open === 'parts' && <Parts />}
    </DetailPage>
  )
}

function List() {
  const [ticked, setTicked] = useState(false)
  return (
    <ListPage inside name={words.title} title={words.tabs.list} about={words.listText} actions={<Button appearance="primary">Add one</Button>} aside={<Card title={words.facets}><Tick label="Table (3)" checked={ticked} onChange={setTicked} /><br /><Tick label="View (1)" checked={!ticked} onChange={on => setTicked(!on)} /></Card>}>
      <DataTable
        caption={words.tabs.list} rows={[...sample]} id={r => r.name}
        columns={[
          { name: 'Name', show: r => <Link to="/style">{r.name}</Link> },
          { name: 'Kind', show: r => r.kind },
          { name: 'Columns', show: r => r.columns, number: true },
          { name: 'State', show: r => <Status tone={r.state}>{r.word}</Status> },
        ]}
      />
    </ListPage>
  )
}

function Detail() {
  return (
    <Card title="customers" actions={<Button>Edit</Button>}>
      <Facts of={[['Type', 'Table'], ['Qualified name', <Mono key="m">postgresql://db.example.com/shop/public/customers</Mono>], ['Owner', 'ada'], ['Changed', <When key="w" at={new Date(Date.now() - 3 * 3600e3)} />], ['Left out', undefined]]} />
    </Card>
  )
}

function Wizard() {
  const [{ step = words.steps[0]! }, change] = useAddress<Address>()
  const { tell } = useNotices()
  return (
    <WizardPage
      inside name={words.title} title={words.tabs.wizard} at={step} finish={words.wizardDone} command="purlieu source add PostgreSql sales --set serverEndpoint=db.example.com"
      steps={words.steps.map(title => ({ key: title, title, ready: true }))}
      onGo={next => change({ step: next })} onFinish={() => tell({ kind: 'done', title: 'Registered', text: 'sales is in the map.' })}
    >
      <Field label={step} hint="A field says what it wants, and what is wrong, at its own place."><Input /></Field>
    </WizardPage>
  )
}

function Picture() {
  const s = useStyles()
  const [{ as }, change] = useAddress<Address>()
  const list = as === 'list'
  return (
    <>
      <p className={s.text}>{words.pictureText}</p>
      <div className={s.bar} role="group" aria-label={words.tabs.picture}>
        <Button size="small" appearance={list ? 'subtle' : 'secondary'} aria-pressed={!list} onClick={() => change({ as: undefined })}>{words.asPicture}</Button>
        <Button size="small" appearance={list ? 'secondary' : 'subtle'} aria-pressed={list} onClick={() => change({ as: 'list' })}>{words.asList}</Button>
      </div>
      {!list ? <PictureFrame label={words.tabs.picture}><SamplePicture /></PictureFrame> : (
        <Card>
          <DataTable
            caption={words.tabs.picture} rows={drawn} id={d => d.name}
            columns={[
              { name: 'Name', show: d => <Link to="/style">{d.name}</Link> },
              { name: 'State', show: d => <Status tone={d.state}>{d.word}</Status> },
              { name: words.feeds, show: d => feeds.filter(([from]) => from === d.name).map(([, to]) => to).join(', ') },
            ]}
          />
        </Card>
      )}
    </>
  )
}

function States() {
  return (
    <>
      <Card title="Loading"><Loading /></Card>
      <Card title="Empty"><Empty title="No sources yet" actions={<Button appearance="primary">Register one</Button>}>A source is a database, a lake or a share. Register the first one, and scan it.</Empty></Card>
      <Card title="Refused"><Failed error={new Failure(403, 'Denied', '', '')} /></Card>
      <Card title="Failed"><Failed error={new Failure(500, 'InternalError', 'something went wrong on our side', '4b1f0c52-1c1e-4c5f-9d10-5f8f4f0a7c11')} retry={() => undefined} /></Card>
      <Card title="Unreachable"><Failed error={new Failure(0, 'Unreachable', '', '')} retry={() => undefined} /></Card>
    </>
  )
}

function Parts() {
  const { tell } = useNotices()
  return (
    <>
      <Card title="Status"><Facts of={[['good', <Status key="1" tone="good">Online</Status>], ['busy', <Status key="2" tone="busy">Running</Status>], ['warn', <Status key="3" tone="warn">Completed with exceptions</Status>], ['bad', <Status key="4" tone="bad">Failed</Status>], ['idle', <Status key="5" tone="idle">Never run</Status>]]} /></Card>
      <Card title="Tags and keys"><Tag>postgresql_table</Tag> <Tag brand>MICROSOFT.PERSONAL.EMAIL</Tag> <Key>Ctrl</Key> <Key>K</Key></Card>
      <Card title="Command"><Command title="As a command">purlieu runtime keys edge --out runtime.key</Command></Card>
      <Card title="Buttons"><Button appearance="primary">Primary</Button> <Button>Default</Button> <Button appearance="subtle">Subtle</Button></Card>
      <Card title="Notices">
        <Button onClick={() => tell({ kind: 'done', title: 'Saved' })}>Done</Button> <Button onClick={() => tell({ kind: 'failed', title: 'Not saved', text: 'Somebody else changed it meanwhile.' })}>Failed</Button>
      </Card>
    </>
  )
}
