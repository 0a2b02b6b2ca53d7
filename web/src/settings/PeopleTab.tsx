// People who sign in with a password of this account, and apps: how scripts sign in.
import { useEffect, useRef, useState } from 'react'
import { Button, Field, Input, makeStyles } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { whoQuery } from '../client/may'
import { ActButton } from '../ui/ActButton'
import { Ask } from '../ui/Ask'
import { Command } from '../ui/Command'
import { DataTable } from '../ui/DataTable'
import { Found } from '../ui/Find'
import { useDirty } from '../ui/Leaving'
import { Message } from '../ui/Message'
import { Card, Mono, Soft, Status, When } from '../ui/Parts'
import { Refusal } from '../ui/Refusal'
import { Empty, isComing, Loading, Shown } from '../ui/States'
import { words as shared } from '../ui/strings'
import { useAct } from '../ui/useAct'
import { narrow } from '../ui/widths'
import { addApp, addUser, apps, deleteApp, deleteUser, disableUser, invite, renewSecret, users, type User } from './rest'
import { words } from './strings'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '16px' },
  form: { display: 'grid', gridTemplateColumns: 'minmax(0, 360px) auto', gap: '12px', alignItems: 'start', justifyContent: 'start', [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  go: { marginTop: '26px', [narrow]: { marginTop: 0 } }, // beside the field, below its label
  row: { display: 'flex', flexWrap: 'wrap', gap: '4px' },
  secret: { marginTop: '8px' },
  once: { outline: 'none', scrollMarginTop: '16px' },
})

/** Secret is something that is shown once. */
interface Secret {
  title: string
  text: string
  value: string
}

export function PeopleTab() {
  const above = useQuery(users())
  return <><People />{!isComing(above) && <Apps />}</>
}

/** Once takes the focus, for it may be far above the button that asked for it; closed, it gives it back. */
function Once({ of, onClose }: { of: Secret; onClose: () => void }) {
  const s = useStyles()
  const box = useRef<HTMLDivElement>(null)
  const before = useRef<Element>(null)
  useEffect(() => {
    before.current ??= document.activeElement
    const soon = setTimeout(() => box.current?.focus()) // behind a question that goes
    return () => clearTimeout(soon)
  }, [of])
  const close = () => { onClose(); if (before.current instanceof HTMLElement) before.current.focus() }
  return (
    <div ref={box} className={s.once} role="group" aria-label={of.title} tabIndex={-1}>
      <Message tone="good" title={of.title} actions={<Button onClick={close}>{shared.close}</Button>}>{of.text}<div className={s.secret}><Command>{of.value}</Command></div></Message>
    </div>
  )
}

function Name({ label, hint, button, busy, commandOf, onAdd }: { label: string; hint: string; button: string; busy: boolean; commandOf: (name: string) => string; onAdd: (name: string) => void }) {
  const s = useStyles()
  const [name, setName] = useState('')
  const ready = name.trim() !== '' && !busy
  useDirty(name.trim() !== '')
  return (
    <>
      <form className={s.form} onSubmit={e => { e.preventDefault(); if (ready) { onAdd(name.trim()); setName('') } }}>
        <Field label={label} hint={hint}><Input value={name} maxLength={64} autoComplete="off" spellCheck={false} onChange={(_, d) => setName(d.value)} /></Field>
        <Button className={s.go} type="submit" disabled={!ready}>{button}</Button>
      </form>
      {name.trim() && <Command title={shared.asCommand}>{commandOf(name.trim())}</Command>}
    </>
  )
}

function People() {
  const s = useStyles()
  const all = useQuery(users())
  const me = useQuery(whoQuery).data?.id
  const queries = useQueryClient()
  const act = useAct(['users'])
  const [link, setLink] = useState<Secret>()
  const inviting = useMutation({
    mutationFn: async ({ name, id }: { name: string; id?: string }) => ({ name, link: await invite(id ?? (await addUser(name)).id) }),
    onSuccess: ({ name, link }) => setLink({ title: words.invited(name), text: words.invitedText, value: link }),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ['users'] }), queries.invalidateQueries({ queryKey: ['principals'] })]),
  })
  const disable = (u: User, disabled: boolean) => act.go({
    about: `user ${u.id}`, run: () => disableUser(u.id, disabled), said: disabled ? words.disabled(u.name) : words.enabled(u.name),
    undo: { run: () => disableUser(u.id, !disabled), said: disabled ? words.enabled(u.name) : words.disabled(u.name) },
  })
  return (
    <Card title={words.people}>
      <div className={s.all}>
        <Name label={words.inviteName} hint={words.inviteHint} button={words.invite} busy={inviting.isPending} commandOf={addUser.command} onAdd={name => inviting.mutate({ name })} />
        <Refusal error={inviting.error} />
        {link && <Once of={link} onClose={() => setLink(undefined)} />}
        <Shown of={all} loading={<Loading lines={4} />}>
          {list => (
            <Found label={words.findPerson} all={list} texts={u => [u.name]} said={words.foundPeople}>
              {shown => (
                <DataTable
                  caption={words.people} rows={shown} id={u => u.id}
                  columns={[
                    { name: words.name, show: u => u.name },
                    { name: words.state, show: u => (u.disabled ? <Status tone="bad">{words.states.disabled}</Status> : u.hasPassword ? <Status tone="good">{words.states.active}</Status> : <Status tone="warn">{words.states.invited}</Status>) },
                    { name: words.since, show: u => <When at={u.created} /> },
                    {
                      name: words.actions,
                      show: u => (u.id === me ? <Soft>{words.you}</Soft> : (
                        <div className={s.row}>
                          <ActButton size="small" appearance="subtle" label={words.newLink} name={words.linkFor(u.name)} command={invite.command(u.id)} busy={inviting.isPending} onAct={() => inviting.mutate({ name: u.name, id: u.id })} />
                          <ActButton size="small" appearance="subtle" label={u.disabled ? words.enable : words.disable} name={`${u.disabled ? words.enable : words.disable} ${u.name}`} command={disableUser.command(u.id, !u.disabled)} busy={act.busy} onAct={() => disable(u, !u.disabled)} />
                          <Ask small label={words.remove} title={words.removeNamed(u.name)} done={words.removed(u.name)} act={() => deleteUser(u.id)} changes={`user ${u.id}`} command={deleteUser.command(u.id)} stale={['users']}>{words.removeUserText}</Ask>
                        </div>
                      )),
                    },
                  ]}
                />
              )}
            </Found>
          )}
        </Shown>
      </div>
    </Card>
  )
}

function Apps() {
  const s = useStyles()
  const all = useQuery(apps())
  const queries = useQueryClient()
  const [secret, setSecret] = useState<Secret>()
  const make = useMutation({
    mutationFn: async ({ name, id }: { name: string; id?: string }) => ({ name, secret: (id ? (await renewSecret(id)).clientSecret : (await addApp(name)).clientSecret) ?? '' }),
    onSuccess: got => setSecret({ title: words.secretOf(got.name), text: words.secretText, value: got.secret }),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ['apps'] }), queries.invalidateQueries({ queryKey: ['principals'] })]),
  })
  return (
    <Card title={words.apps}>
      <div className={s.all}>
        <Name label={words.appName} hint={words.appHint} button={words.addApp} busy={make.isPending} commandOf={addApp.command} onAdd={name => make.mutate({ name })} />
        <Refusal error={make.error} />
        {secret && <Once of={secret} onClose={() => setSecret(undefined)} />}
        <Shown of={all} loading={<Loading lines={3} />} empty={list => list.length === 0 && <Empty title={words.noApps}>{words.noAppsText}</Empty>}>
          {list => (
            <DataTable
              caption={words.apps} rows={list} id={a => a.id}
              columns={[
                { name: words.name, show: a => a.name },
                { name: words.clientId, show: a => <Mono>{a.clientId}</Mono> },
                { name: words.since, show: a => <When at={a.created} /> },
                {
                  name: words.actions,
                  show: a => (
                    <div className={s.row}>
                      <Ask small label={words.newSecret} title={words.secretFor(a.name)} done={words.secretMade(a.name)} act={() => make.mutateAsync({ name: a.name, id: a.id })} command={renewSecret.command(a.id)} stale={['apps']}>{words.secretEnds}</Ask>
                      <Ask small label={words.remove} title={words.removeNamed(a.name)} done={words.removed(a.name)} act={() => deleteApp(a.id)} command={deleteApp.command(a.id)} stale={['apps']}>{words.removeAppText}</Ask>
                    </div>
                  ),
                },
              ]}
            />
          )}
        </Shown>
      </div>
    </Card>
  )
}
