// The words of these pages for what the account answers about sources, scans and runs.
import type { components as account } from '../client/generated/account'
import type { components as manage } from '../client/generated/manage'
import type { components as scanning } from '../client/generated/scanning'

export type Collection = account['schemas']['Collection']
export type Source = scanning['schemas']['Source']
export type Scan = scanning['schemas']['Scan']
export type Budget = scanning['schemas']['Budget']
export type Window = scanning['schemas']['Window']
export type Credential = scanning['schemas']['Credential']

export type Kind = manage['schemas']['Kind']
export type Field = manage['schemas']['Field']
export type CredentialUse = manage['schemas']['CredentialUse']
export type Reach = manage['schemas']['Reach']
export type Run = manage['schemas']['Run']
export type RunDetail = manage['schemas']['RunDetail']
export type Unit = manage['schemas']['Unit']
export type Gap = manage['schemas']['Gap']
export type Changed = manage['schemas']['Changed']
export type Tested = manage['schemas']['Tested']
export type Proposal = manage['schemas']['Proposal']
export type ProposedAsset = manage['schemas']['ProposedAsset']
export type Twin = manage['schemas']['Twin']
export type Names = manage['schemas']['Names']
export type Filter = scanning['schemas']['Filter']
export type Trigger = scanning['schemas']['Trigger']
export type TriggerBody = scanning['schemas']['TriggerBody']
export type Recurrence = scanning['schemas']['Recurrence']
