import { useEffect } from 'react'
import { Button, makeStyles } from '@fluentui/react-components'
import { Person48Regular } from '@fluentui/react-icons/svg/person'
import { signIn } from '../client/session'
import { Empty } from '../ui/States'
import { words } from './strings'

const useStyles = makeStyles({ all: { minHeight: '80dvh', display: 'grid', alignItems: 'center' } })

export function SignedOut() {
  useEffect(() => {
    document.title = words.out
  }, [])
  return (
    <main className={useStyles().all}>
      <Empty icon={<Person48Regular />} title={words.out} actions={<Button appearance="primary" onClick={() => void signIn('/')}>{words.signIn}</Button>}>
        {words.outText}
      </Empty>
    </main>
  )
}
