// What the panels of the corner hold. It is loaded once a page shows, or when one is opened.
import { useState } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { SignOut20Regular } from '@fluentui/react-icons/svg/sign-out'
import { Command } from './Command'
import { docs, keys, words as says } from './helpStrings'
import { useNotices } from './Notices'
import { Key, Link, Mono, When } from './Parts'
import type { Way } from './Shell'
import { words } from './strings'
import { NoticeIcon } from './Toast'
import { choice, choices, choose } from './theme'
import './print.css'

export { keepPlaces } from './places'
export { Toast } from './Toast'

const useStyles = makeStyles({
  head: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', marginBottom: '8px' },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
  under: { margin: '20px 0 8px', fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  notice: { display: 'flex', gap: '10px', padding: '10px 0', borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  told: { flex: 1, minWidth: 0, overflowWrap: 'anywhere' },
  undo: { flexShrink: 0, alignSelf: 'flex-start' },
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

/** Told is the list of what was told, with what takes it back. */
export function Told({ onGo }: { onGo: () => void }) {
  const s = useStyles()
  const { notices, takeBack, clear } = useNotices()
  return (
    <>
      <div className={s.head}>
        <h2 className={s.title}>{words.notices}</h2>
        {notices.length > 0 && <Button size="small" appearance="subtle" onClick={clear}>{says.clear}</Button>}
      </div>
      {notices.length === 0 && <p className={s.soft}>{says.noNotices}</p>}
      {notices.map(n => (
        <div key={n.id} className={s.notice}>
          <NoticeIcon kind={n.kind} />
          <div className={s.told}>
            <div>{n.title}</div>{n.text && <p className={s.soft}>{n.text}</p>}
            {n.link && <Link to={n.link.to} onClick={onGo}>{n.link.text}</Link>}
            <p className={s.soft}><When at={n.at} /></p>
          </div>
          {n.undo && <Button className={s.undo} size="small" aria-label={words.undoOf(n.title)} onClick={() => takeBack(n)}>{words.undo}</Button>}
        </div>
      ))}
    </>
  )
}

interface HelpProps {
  ways: Way[]
  build: string // the account's version
  onGo: () => void
}

export function Help({ ways, build, onGo }: HelpProps) {
  const s = useStyles()
  const all = [...keys.slice(0, -1), ...ways.map(way => ({ keys: ['g', way.key], what: says.goTo(way.title) })), ...keys.slice(-1)]
  return (
    <>
      <h2 className={s.title}>{words.help}</h2>
      <h3 className={s.under}>{says.helpKeys}</h3>
      <dl className={s.keys}>
        {all.map(k => (
          <div key={k.what} style={{ display: 'contents' }}><dt className={s.keyNames}>{k.keys.map(one => <Key key={one}>{one}</Key>)}</dt><dd className={s.what}>{k.what}</dd></div>
        ))}
      </dl>
      <h3 className={s.under}>{says.helpCommand}</h3>
      <p className={s.soft} style={{ marginBottom: '8px' }}>{says.helpCommandText}</p>
      <Command>purlieu --help</Command>
      <h3 className={s.under}>{says.helpStyle}</h3>
      <Link to="/style" onClick={onGo}>/style</Link>
      <h3 className={s.under}>{says.helpDocs}</h3>
      <p className={s.soft} style={{ marginBottom: '8px' }}>{says.helpDocsText}</p>
      <dl className={s.keys}>
        {docs.map(d => <div key={d.file} style={{ display: 'contents' }}><dt><Mono>{d.file}</Mono></dt><dd className={s.what}>{d.what}</dd></div>)}
      </dl>
      <p className={s.build}>{says.build(build)}</p>
    </>
  )
}

export function Who({ name, onSignOut }: { name: string; onSignOut: () => void }) {
  const s = useStyles()
  const [look, set] = useState(choice)
  return (
    <>
      <h2 className={s.title}>{words.signedInAs(name)}</h2>
      <fieldset className={s.looks}>
        <legend className={s.legend}>{says.look}</legend>
        {choices.map(c => (
          <label key={c} className={s.look}>
            <input type="radio" name="look" className={s.radio} checked={c === look} onChange={() => { choose(c); set(c) }} />{says.looks[c]}
          </label>
        ))}
      </fieldset>
      <Button icon={<SignOut20Regular />} onClick={onSignOut}>{words.signOut}</Button>
    </>
  )
}
