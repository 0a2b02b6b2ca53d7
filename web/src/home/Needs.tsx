// What waits for a person: why, what to do, and the way there.
import { makeStyles, tokens } from '@fluentui/react-components'
import { CheckmarkCircle20Regular } from '@fluentui/react-icons/svg/checkmark-circle'
import { Warning20Filled } from '@fluentui/react-icons/svg/warning'
import type { Attention } from '../client/api'
import { Card, Link, When } from '../ui/Parts'
import { words } from './strings'

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '16px' },
  one: { display: 'flex', gap: '12px', alignItems: 'flex-start' },
  sign: { color: tokens.colorPaletteDarkOrangeForeground1, flexShrink: 0 },
  good: { color: tokens.colorPaletteGreenForeground1, flexShrink: 0 },
  text: { minWidth: 0, overflowWrap: 'anywhere' },
  what: { fontWeight: tokens.fontWeightSemibold },
  soft: { color: tokens.colorNeutralForeground2 },
})

export function Needs({ of }: { of: Attention[] }) {
  const s = useStyles()
  return (
    <Card title={words.needs}>
      {of.length === 0 ? <div className={s.one}><CheckmarkCircle20Regular className={s.good} /><span className={s.soft}>{words.nothing}</span></div> : (
        <ul className={s.list}>
          {of.map((one, i) => (
            <li key={i} className={s.one}>
              <Warning20Filled className={s.sign} />
              <div className={s.text}>
                <div>{one.run ? <Link to="/runs/$run" params={{ run: one.run }}>{sentence(one.text)}</Link> : one.announced ? <Link to="/settings" search={{ tab: 'kinds', announced: one.announced }}>{sentence(one.text)}</Link> : one.runtime ? <Link to="/runtimes/$name" params={{ name: one.runtime }}>{sentence(one.text)}</Link> : sentence(one.text)}</div>
                {one.source && <div className={s.what}>{[one.source, one.scan].filter(Boolean).join(' / ')}</div>}
                <div className={s.soft}>{sentence(one.remedy)} {one.since && <When at={one.since} />}</div>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function sentence(text: string | undefined): string {
  if (!text) return ''
  const end = /[.!?`]$/.test(text) ? '' : '.'
  return text[0]!.toUpperCase() + text.slice(1) + end
}
