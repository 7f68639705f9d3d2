/** A field of a form as text. */
export const textOf = (form: FormData, name: string) => {
    const value = form.get(name);
    return typeof value === 'string' ? value : '';
};
