// What a kind that a node announced asks for, before anybody decides: all of it is text of the node's, shown as text.
import type { ReactNode } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { DataTable } from '../ui/DataTable'
import { Drawing } from '../ui/Drawing'
import { Message } from '../ui/Message'
import { Card, Facts, Mono, When } from '../ui/Parts'
import { Loading, Shown } from '../ui/States'
import { levelTitle } from '../ui/levelStrings'
import { words as shared } from '../ui/strings'
import { announcedKind, type AnnouncedKind } from './rest'
import { words } from './strings'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '16px' },
  summary: { display: 'flex', gap: '10px', alignItems: 'center' },
})

type Described = NonNullable<AnnouncedKind['description']>

const lines = (list: string[] | null | undefined): ReactNode => list?.length ? list.map((text, i) => <div key={i}><Mono>{text}</Mono></div>) : undefined

export function KindSheet({ of, title, onClose }: { of: AnnouncedKind; title: string; onClose: () => void }) {
  const s = useStyles()
  const whole = useQuery(announcedKind(of.id))
  return (
    <Card title={title} actions={<Button onClick={onClose}>{shared.close}</Button>}>
      <div className={s.all}>
        {of.problem && <Message tone="bad" title={words.unfit}>{of.problem}</Message>}
        {of.state === 'differs' && <Message tone="warn" title={words.kindStates.differs}>{words.differsText}</Message>}
        {of.differs.length > 0 && of.state !== 'differs' && <Message tone="warn" title={words.others(of.differs.length)}>{words.othersText}</Message>}
        <Facts
          of={[
            [words.firstSeen, <When key="f" at={of.first} />],
            [words.decidedBy, of.decided && <span key="d">{of.by} <When at={of.decided} /></span>], [words.contentWhole, <Mono key="c">{of.hash}</Mono>],
          ]}
        />
        <Shown of={whole} loading={<Loading lines={4} />}>{({ description }) => description && <Sheet of={description} />}</Shown>
      </div>
    </Card>
  )
}

function Sheet({ of: k }: { of: Described }) {
  const s = useStyles()
  const fields = [
    ...(k.settings ?? []).map(f => ({ ...f, part: words.ofSource })), ...(k.scanSettings ?? []).map(f => ({ ...f, part: words.ofScan })),
    ...(k.credentials ?? []).flatMap(c => (c.fields ?? []).map(f => ({ ...f, part: words.ofLogin(c.kind) }))),
  ]
  return (
    <>
      <Facts of={[[words.summary, <div key="s" className={s.summary}><Drawing svg={k.icon} small />{k.summary}</div>]]} />
      {fields.length > 0 && (
        <DataTable
          caption={words.asksFor} rows={fields} id={f => `${f.part} ${f.name}`}
          columns={[
            { name: words.asksFor, show: f => f.title }, { name: words.fieldOf, show: f => f.part }, { name: words.fieldName, show: f => <Mono>{f.name}</Mono> },
            { name: words.fieldType, show: f => [f.type, ...(f.required ? [words.required] : []), ...(f.secret ? [words.secretField] : [])].join(', ') },
            { name: words.fieldDefault, show: f => f.default && <Mono>{f.default}</Mono> }, { name: words.choices, show: f => f.choices?.join(', ') }, { name: words.help, show: f => f.help },
          ]}
        />
      )}
      <Facts
        of={[
          [words.logins, k.credentials?.length ? k.credentials.map(c => <div key={c.kind}>{c.title} ({c.kind})</div>) : words.noLogin],
          [words.grants, lines(k.credentials?.flatMap(c => c.grants ?? []))],
          [words.typesFound, lines(k.types?.flatMap(t => [t.name, ...(t.column ? [t.column] : [])]))],
          [words.authority, <Mono key="a">{k.authority}</Mono>],
          [words.dials, lines(k.dials) ?? words.dialsNothing], [words.localFolder, k.folder && <Mono key="l">{k.folder}</Mono>],
          [words.nodeLocal, k.nodeLocal ? words.nodeLocalText : undefined], [words.verified, k.verified ? <span key="v"><Mono>{k.verified}</Mono> {words.verifiedText}</span> : words.verifiedNever],
          [words.levels, k.levels?.map(l => levelTitle(`L${l}`)).join(', ')], [words.readBy, k.runtimeKinds?.join(', ')],
          [words.absence, k.showsAll ? words.absenceProves : words.absenceGrants],
        ]}
      />
    </>
  )
}
