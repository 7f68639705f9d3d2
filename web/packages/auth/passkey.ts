import { t } from '@aic/text';
import type { PasskeyAnswer, PasskeyCreation, PasskeyRequest } from '@aic/api';

/** Whether this browser has passkeys, on a connection where it allows them. */
export const hasPasskeys = () => window.isSecureContext && 'PublicKeyCredential' in window;

const bytes = (encoded: string) => Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const encoded = (buffer: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

type Known = PasskeyRequest['allowCredentials'];
/* A transport that this browser has never heard of is no harm: it leaves it out. */
const known = (list: Known) => list.map((one) => ({ type: one.type, id: bytes(one.id), transports: one.transports as AuthenticatorTransport[] }));

/** What a browser says of it, in words for the person before it. */
const asWords = (error: unknown) => {
    const name = error instanceof DOMException ? error.name : '';
    if (name === 'InvalidStateError') return new Error(t('passkeys.known'));
    if (name === 'NotAllowedError' || name === 'AbortError') return new Error(t('passkeys.cancelled'));
    return new Error(t('passkeys.unsupported'));
};

const told = async (asking: Promise<Credential | null>) => {
    const credential = await asking.catch((error: unknown) => {
        throw asWords(error);
    });
    if (!(credential instanceof PublicKeyCredential)) throw new Error(t('passkeys.cancelled'));
    return credential;
};

const head = (credential: PublicKeyCredential) => ({ id: credential.id, type: 'public-key' as const });

/** Asks the device to make a passkey. */
export const makePasskey = async (options: PasskeyCreation): Promise<PasskeyAnswer> => {
    if (!hasPasskeys()) throw new Error(t('passkeys.unsupported'));
    const credential = await told(navigator.credentials.create({
        publicKey: {
            challenge: bytes(options.challenge), rp: options.rp, timeout: options.timeout, attestation: 'none',
            user: { ...options.user, id: bytes(options.user.id) },
            pubKeyCredParams: options.pubKeyCredParams,
            excludeCredentials: known(options.excludeCredentials),
            authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
        },
    }));
    const response = credential.response as AuthenticatorAttestationResponse;
    return {
        ...head(credential),
        response: { clientDataJSON: encoded(response.clientDataJSON), attestationObject: encoded(response.attestationObject), transports: response.getTransports() },
    };
};

/** Asks the device to show one. */
export const showPasskey = async (options: PasskeyRequest): Promise<PasskeyAnswer> => {
    if (!hasPasskeys()) throw new Error(t('passkeys.unsupported'));
    const credential = await told(navigator.credentials.get({
        publicKey: {
            challenge: bytes(options.challenge), rpId: options.rpId, timeout: options.timeout, allowCredentials: known(options.allowCredentials),
            userVerification: options.userVerification as UserVerificationRequirement,
        },
    }));
    const response = credential.response as AuthenticatorAssertionResponse;
    return {
        ...head(credential),
        response: {
            clientDataJSON: encoded(response.clientDataJSON), authenticatorData: encoded(response.authenticatorData), signature: encoded(response.signature),
            userHandle: response.userHandle ? encoded(response.userHandle) : undefined,
        },
    };
};
