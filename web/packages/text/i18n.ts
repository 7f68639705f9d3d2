import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';

export const locale = () => i18next.resolvedLanguage ?? 'en';

/** English is complete; af, zu, fr and de are added as files beside it and fall back to it text by text. */
export const startText = async () => {
    await i18next.use(initReactI18next).init({
        lng: navigator.language,
        fallbackLng: 'en',
        resources: { en: { translation: en } },
        interpolation: { escapeValue: false },
    });
    document.documentElement.lang = locale();
};
