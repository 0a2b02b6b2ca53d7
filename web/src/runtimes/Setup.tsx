// How a node is set up, with the commands to copy. It sees by itself when the node has arrived.
import { makeStyles, tokens } from '@fluentui/react-components'
import type { Node } from '../client/api'
import { Command } from '../ui/Command'
import { Status } from '../ui/Parts'
import { words } from './strings'

const useStyles = makeStyles({
  steps: { listStyle: 'none', margin: 0, padding: 0, counterReset: 'step', display: 'flex', flexDirection: 'column', gap: '28px', maxWidth: '760px' },
  step: { counterIncrement: 'step', display: 'grid', gridTemplateColumns: '28px minmax(0, 1fr)', gap: '16px', '::before': { content: 'counter(step)', display: 'grid', placeItems: 'center', width: '28px', height: '28px', borderRadius: '50%', backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2, fontWeight: tokens.fontWeightSemibold } },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: '28px', fontWeight: tokens.fontWeightSemibold },
  text: { margin: '0 0 10px', color: tokens.colorNeutralForeground2 },
  body: { minWidth: 0 },
  commands: { display: 'flex', flexDirection: 'column', gap: '8px' },
  end: { paddingTop: '12px' },
})

export function Setup({ nodes }: { nodes: Node[] | undefined }) {
  const s = useStyles()
  const online = (nodes ?? []).filter(n => n.status === 'Online')
  return (
    <ol className={s.steps}>
      {words.setup.map((step, i) => (
        <li key={step.title} className={s.step}>
          <div className={s.body}>
            <h2 className={s.title}>{step.title}</h2>
            <p className={s.text}>{step.text}</p>
            <div className={s.commands}>{step.commands.map(command => <Command key={command}>{command}</Command>)}</div>
            {i === words.setup.length - 1 && <div className={s.end} role="status">{online.length > 0 ? <Status tone="good">{words.online(online.map(n => n.nodeName).join(', '))}</Status> : nodes ? <Status tone="busy">{words.waiting}</Status> : '\u00a0'}</div>}
          </div>
        </li>
      ))}
    </ol>
  )
}
