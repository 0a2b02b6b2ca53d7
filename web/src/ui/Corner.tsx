// The corner of the shell: what was told, help, and who is signed in.
import { useRef, useState, type RefObject } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Alert20Regular } from '@fluentui/react-icons/svg/alert'
import { PersonCircle20Regular } from '@fluentui/react-icons/svg/person-circle'
import { QuestionCircle20Regular } from '@fluentui/react-icons/svg/question-circle'
import { SignOut20Regular } from '@fluentui/react-icons/svg/sign-out'
import { Command } from './Command'
import { NoticeIcon, useNotices } from './Notices'
import { Panel } from './Panel'
import { Key, Link, Mono, When } from './Parts'
import type { Way } from './Shell'
import { docs, keys, words } from './strings'
import { choice, choices, choose } from './theme'

const useStyles = makeStyles({
  head: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', marginBottom: '8px' },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
  under: { margin: '20px 0 8px', fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  notice: { display: 'flex', gap: '10px', padding: '10px 0', borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  soft: { margin: 0, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  keys: { display: 'grid', gridTemplateColumns: 'max-content 1fr', gap: '8px 16px', margin: 0 },
  keyNames: { display: 'flex', gap: '4px', alignItems: 'flex-start' },
  what: { margin: 0 },
  build: { margin: '20px 0 0', paddingTop: '12px', borderTop: `1px solid ${tokens.colorNeutralStroke3}`, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  looks: { border: 'none', margin: '16px 0', padding: 0 },
  look: { display: 'flex', alignItems: 'center', gap: '8px', padding: '4px 0', cursor: 'pointer' },
  radio: { accentColor: tokens.colorBrandBackground, width: '16px', height: '16px', margin: 0 },
  legend: { padding: 0, marginBottom: '4px', fontWeight: tokens.fontWeightSemibold },
})

interface HelpProps {
  ways: Way[]
  build: string // the account's version
  panel: RefObject<HTMLDivElement | null>
}

export interface CornerProps extends Omit<HelpProps, 'panel'> {
  name: string
  help: RefObject<HTMLDivElement | null> // to open the help from a key
  onSignOut: () => void
}

export function Corner({ name, ways, build, help, onSignOut }: CornerProps) {
  return (
    <>
      <Bell />
      <Help ways={ways} build={build} panel={help} />
      <Who name={name} onSignOut={onSignOut} />
    </>
  )
}

function Bell() {
  const s = useStyles()
  const { notices, clear } = useNotices()
  const panel = useRef<HTMLDivElement>(null)
  return (
    <Panel label={words.notices} icon={<Alert20Regular />} count={notices.length} panel={panel}>
      <div className={s.head}>
        <h2 className={s.title}>{words.notices}</h2>
        {notices.length > 0 && <Button size="small" appearance="subtle" onClick={clear}>{words.clear}</Button>}
      </div>
      {notices.length === 0 && <p className={s.soft}>{words.noNotices}</p>}
      {notices.map(n => (
        <div key={n.id} className={s.notice}>
          <NoticeIcon kind={n.kind} />
          <div>
            <div>{n.title}</div>{n.text && <p className={s.soft}>{n.text}</p>}
            {n.link && <Link to={n.link.to} onClick={() => panel.current?.hidePopover()}>{n.link.text}</Link>}
            <p className={s.soft}><When at={n.at} /></p>
          </div>
        </div>
      ))}
    </Panel>
  )
}

function Help({ ways, build, panel }: HelpProps) {
  const s = useStyles()
  const all = [...keys.slice(0, -1), ...ways.map(way => ({ keys: ['g', way.key], what: words.goTo(way.title) })), ...keys.slice(-1)]
  return (
    <Panel label={words.help} icon={<QuestionCircle20Regular />} panel={panel}>
      <h2 className={s.title}>{words.help}</h2>
      <h3 className={s.under}>{words.helpKeys}</h3>
      <dl className={s.keys}>
        {all.map(k => (
          <div key={k.what} style={{ display: 'contents' }}><dt className={s.keyNames}>{k.keys.map(one => <Key key={one}>{one}</Key>)}</dt><dd className={s.what}>{k.what}</dd></div>
        ))}
      </dl>
      <h3 className={s.under}>{words.helpCommand}</h3>
      <p className={s.soft} style={{ marginBottom: '8px' }}>{words.helpCommandText}</p>
      <Command>purlieu --help</Command>
      <h3 className={s.under}>{words.helpStyle}</h3>
      <Link to="/style" onClick={() => panel.current?.hidePopover()}>/style</Link>
      <h3 className={s.under}>{words.helpDocs}</h3>
      <p className={s.soft} style={{ marginBottom: '8px' }}>{words.helpDocsText}</p>
      <dl className={s.keys}>
        {docs.map(d => <div key={d.file} style={{ display: 'contents' }}><dt><Mono>{d.file}</Mono></dt><dd className={s.what}>{d.what}</dd></div>)}
      </dl>
      <p className={s.build}>{words.build(build)}</p>
    </Panel>
  )
}

function Who({ name, onSignOut }: { name: string; onSignOut: () => void }) {
  const s = useStyles()
  const [look, set] = useState(choice)
  return (
    <Panel label={words.signedInAs(name)} icon={<PersonCircle20Regular />}>
      <h2 className={s.title}>{words.signedInAs(name)}</h2>
      <fieldset className={s.looks}>
        <legend className={s.legend}>{words.look}</legend>
        {choices.map(c => (
          <label key={c} className={s.look}>
            <input type="radio" name="look" className={s.radio} checked={c === look} onChange={() => { choose(c); set(c) }} />{words.looks[c]}
          </label>
        ))}
      </fieldset>
      <Button icon={<SignOut20Regular />} onClick={onSignOut}>{words.signOut}</Button>
    </Panel>
  )
}
