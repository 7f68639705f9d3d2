/** RFC 8785 form of a JSON value: keys by UTF-16 code units, numbers as ECMAScript writes them, no spaces. */
export const canonical = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
    if (typeof value === 'object' && value !== null) {
        const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
        return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
    }
    return JSON.stringify(value);
};

/** SHA-256 in lower-case hex; null where the browser withholds its cryptography (a page that did not come by https). */
export const sha256 = async (text: string): Promise<string | null> => {
    if (!window.isSecureContext) return null;
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};
