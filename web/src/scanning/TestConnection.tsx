// A connection test through a node of the runtime, step by step, each failure with what helps.
import type { ReactNode } from 'react'
import { makeStyles, tokens } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { ActButton } from '../ui/ActButton'
import { nodeName } from '../ui/names'
import { Card, Soft, Status } from '../ui/Parts'
import { Spinner } from '../ui/Spinner'
import { Refusal } from '../ui/Refusal'
import { After } from '../ui/States'
import { testSource, type Asked } from './rest'
import { words } from './strings'

const useStyles = makeStyles({
  steps: { listStyle: 'none', margin: '12px 0 0', padding: 0, display: 'flex', flexDirection: 'column', gap: '10px' },
  more: { paddingLeft: '22px', fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
})

const same = (command: string) => command

interface TestProps {
  source: string
  asked: Asked
  ready?: boolean
  text?: string // what it is, where it is not the usual
  command?: (test: string) => string // the command with what must come before it
  before?: () => Promise<unknown> // what must come before it
  children?: ReactNode // what chooses between tests
}

export function TestConnection({ source, asked, ready = true, text = words.testText, command = same, before, children }: TestProps) {
  const s = useStyles()
  const test = useMutation({ mutationFn: async () => { await before?.(); return testSource(source, asked) } })
  const steps = test.data?.steps ?? []
  const problem = test.data?.problem
  return (
    <Card title={words.test} actions={<ActButton label={words.test} command={command(testSource.command(source, asked))} disabled={!ready} busy={test.isPending} icon={test.isPending ? <Spinner /> : undefined} onAct={() => test.mutate()} />}>
      {children}
      <Soft>{text}</Soft>
      <div role="status">
        {test.isPending && <After ms={5000}><p><Status tone="busy">{words.testSlow}</Status><br /><Soft>{words.testSlowText}</Soft></p></After>}
        {steps.length > 0 && (
          <ol className={s.steps}>
            {steps.map(step => (
              <li key={step.name}>
                <Status tone={step.ok ? 'good' : 'bad'}>{step.name}</Status>
                {(step.detail || step.remedy) && <div className={s.more}>{step.detail}{step.detail && step.remedy && '. '}{step.remedy}</div>}
              </li>
            ))}
          </ol>
        )}
        {test.data?.ok && <p><Status tone="good">{words.testGood(nodeName(test.data.node))}</Status></p>}
        {problem && <p><Status tone="bad">{problem.text}</Status>{problem.remedy && <><br /><Soft>{problem.remedy}</Soft></>}</p>}
        <Refusal error={test.error} />
      </div>
    </Card>
  )
}
