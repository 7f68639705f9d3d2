import { useTranslation } from '@aic/text';

/** A field that no person sees or reaches by keyboard, for machines that fill every field. */
export const Trap = ({ value, change }: { value: string; change: (value: string) => void }) => {
    const { t } = useTranslation();
    return (
        <div className="trap" aria-hidden="true">
            <label>{t('citizens.website')}<input name="website" tabIndex={-1} autoComplete="off" value={value} onChange={(event) => change(event.currentTarget.value)} /></label>
        </div>
    );
};
