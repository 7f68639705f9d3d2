import type { paths } from './schema';

export type { Attribute, Group, Interval, Num, ReliabilityBin, Remark, Report, Test, Verdict } from './report';

/** The JSON of an answer, by its place in the OpenAPI document. */
type Answer<P extends keyof paths, M extends keyof paths[P], S extends number> = paths[P][M] extends { responses: infer R }
    ? S extends keyof R ? R[S] extends { content: { 'application/json': infer B } } ? B : never : never
    : never;

/** The JSON that it is asked with. */
type Body<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never;

export type PasskeyAnswer = Body<'/api/v1/auth/passkeys/sign-in', 'post'>['credential'];
export type StepUpProof = Body<'/api/v1/auth/step-up', 'post'>;
export type Me = Answer<'/api/v1/auth/me', 'get', 200>;
export type System = Answer<'/api/v1/systems/{id}', 'get', 200>;
export type AnalysisItem = Answer<'/api/v1/analyses', 'get', 200>['items'][number];
export type AnalysisDetail = Answer<'/api/v1/analyses/{id}', 'get', 200>;
export type Dashboard = Answer<'/api/v1/dashboard', 'get', 200>;
export type LedgerEntry = Answer<'/api/v1/ledger/{id}', 'get', 200>;
export type AuditEntry = Answer<'/api/v1/audit-log', 'get', 200>['items'][number];
export type AuditVerdict = Answer<'/api/v1/audit-log/verify', 'get', 200>;
export type AuditDetail = Answer<'/api/v1/audit-log/{id}', 'get', 200>;
export type SigningKey = Answer<'/api/v1/admin/signing-keys', 'get', 200>['items'][number];
export type SystemAccess = Answer<'/api/v1/admin/system-access', 'get', 200>['items'][number];
export type SignInFailure = Answer<'/api/v1/admin/sign-in-failures', 'get', 200>['items'][number];
export type BillingEvent = Answer<'/api/v1/admin/billing-events', 'get', 200>['items'][number];
export type Billing = Answer<'/api/v1/billing', 'get', 200>;
export type Organization = Answer<'/api/v1/organizations/current', 'get', 200>;
export type Example = Answer<'/api/v1/examples', 'get', 200>['items'][number];
export type DatasetItem = Answer<'/api/v1/datasets', 'get', 200>['items'][number];
export type Dataset = Answer<'/api/v1/datasets/{id}', 'get', 200>;
export type IncidentItem = Answer<'/api/v1/incidents', 'get', 200>['items'][number];
export type Incident = Answer<'/api/v1/incidents/{id}', 'get', 200>;
export type IncidentEvent = Incident['events'][number];
export type Receipt = Answer<'/api/v1/incidents/public', 'post', 201>;
export type Case = Answer<'/api/v1/cases/{reference}', 'get', 200>;
export type LeadItem = Answer<'/api/v1/leads', 'get', 200>['items'][number];
export type SignedIn = Answer<'/api/v1/auth/login', 'post', 200>;
export type SessionItem = Answer<'/api/v1/auth/sessions', 'get', 200>['items'][number];
export type SecondFactor = Answer<'/api/v1/auth/mfa', 'get', 200>;
export type Person = Answer<'/api/v1/users/{id}', 'get', 200>;
export type Invite = Answer<'/api/v1/invites', 'get', 200>['items'][number];
export type InviteMade = Answer<'/api/v1/invites', 'post', 201>;
export type Invitation = Answer<'/api/v1/auth/invites/{token}', 'get', 200>;
export type Passkey = Answer<'/api/v1/auth/passkeys', 'get', 200>['items'][number];
export type PasskeyCreation = Answer<'/api/v1/auth/passkeys/options', 'post', 200>;
export type PasskeyRequest = Answer<'/api/v1/auth/passkeys/sign-in/options', 'post', 200>;
export type StepUpChoice = Answer<'/api/v1/auth/step-up/options', 'post', 200>;
export type Lead = Answer<'/api/v1/leads/{id}', 'get', 200>;
export type Capability = Answer<'/api/v1/capabilities', 'get', 200>['items'][number];
export type Role = Answer<'/api/v1/roles', 'get', 200>['items'][number];
export type Permissions = Answer<'/api/v1/users/{id}/capabilities', 'get', 200>;
export type ApiKey = Answer<'/api/v1/api-keys/{id}', 'get', 200>;
export type ModelItem = Answer<'/api/v1/models', 'get', 200>['items'][number];
export type Model = Answer<'/api/v1/models/{id}', 'get', 200>;
export type ModelCard = Answer<'/api/v1/models/{id}/card', 'get', 200>;
export type TaskItem = Answer<'/api/v1/tasks', 'get', 200>['items'][number];
export type Task = Answer<'/api/v1/tasks/{id}', 'get', 200>;
