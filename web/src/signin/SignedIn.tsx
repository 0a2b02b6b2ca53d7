// Where the sign-in page leads back to, with a code. It is traded once, and its address is left at once.
import { useEffect, useRef, useState } from 'react'
import { Button } from '@fluentui/react-components'
import { Person48Regular } from '@fluentui/react-icons/svg/person'
import { useRouter } from '@tanstack/react-router'
import { signedIn, signIn } from '../client/session'
import { Empty, Loading } from '../ui/States'
import { words } from './strings'

export function SignedIn() {
  const router = useRouter()
  const [failed, setFailed] = useState(false)
  const traded = useRef(false)
  useEffect(() => {
    if (traded.current) return
    traded.current = true
    signedIn(new URLSearchParams(location.search)).then(
      back => (back === undefined ? setFailed(true) : router.history.replace(back.startsWith('/') && !back.startsWith('//') ? back : '/')),
      () => setFailed(true),
    )
  }, [router])
  if (!failed) return <Loading />
  return (
    <main>
      <Empty icon={<Person48Regular />} title={words.failed} actions={<Button appearance="primary" onClick={() => void signIn('/')}>{words.signIn}</Button>}>
        {words.failedText}
      </Empty>
    </main>
  )
}
