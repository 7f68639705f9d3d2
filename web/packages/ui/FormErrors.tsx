import { ApiProblem, problemText } from '@aic/api';
import { useTranslation } from '@aic/text';

/** "/accountable_person_id" → Accountable person */
const fieldName = (pointer: string) => {
    const words = pointer.slice(1).replace(/_id$/, '').replaceAll(/[_/]/g, ' ');
    return words.charAt(0).toUpperCase() + words.slice(1);
};

/** The summary above a form: what is wrong, in whole sentences, and the request's id when it was not the person's. */
export const FormErrors = ({ error }: { error: Error | null }) => {
    const { t } = useTranslation();
    if (!error) return null;
    const problem = error instanceof ApiProblem ? error.problem : null;
    const details = [...new Set((problem?.errors ?? []).map((e) => (e.pointer ? `${fieldName(e.pointer)}: ${e.detail}` : e.detail)))];
    return (
        <div className="form-errors" role="alert">
            <strong>{details.length ? t('common.pleaseCorrect') : problemText(error)}</strong>
            {details.length > 0 && <ul>{details.map((detail) => <li key={detail}>{detail}</li>)}</ul>}
            {problem && problem.status >= 500 && problem.request_id && <div className="small">{t('common.requestId', { id: problem.request_id })}</div>}
        </div>
    );
};
