import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';
import { metric } from './en.metrics';

const english = { ...en, metric };

// Keys and what they take are checked: a text that is not in the catalogue, or one without its number, does not compile.
declare module 'i18next' {
    interface CustomTypeOptions {
        defaultNS: 'translation';
        resources: { translation: typeof english };
    }
}

export const locale = () => i18next.resolvedLanguage ?? 'en';

/** A text of the catalogue. Call it while rendering or answering, not while a module loads: the language may not be known yet. */
export const t = i18next.t;

/** English is complete; af, zu, fr and de are added as files beside it and fall back to it text by text. */
export const startText = async () => {
    await i18next.use(initReactI18next).init({
        lng: navigator.language,
        fallbackLng: 'en',
        resources: { en: { translation: english } },
        interpolation: { escapeValue: false },
    });
    document.documentElement.lang = locale();
};
