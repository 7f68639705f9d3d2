import { NumberInput, Select } from '@mantine/core';
import { type Explained, ownText } from '@aic/charts';
import { useTranslation } from '@aic/text';
import { freely, type Rule, type Rules, type Way, ways } from '../constraints';

interface Props {
    explained: Explained;
    row: number;
    rules: Rules;
    change: (rules: Rules) => void;
}

/** What may change of each column, and how far. */
export const RulesTable = ({ explained, row, rules, change }: Props) => {
    const { t } = useTranslation();
    const set = (name: string, next: Partial<Rule>) => change({ ...rules, [name]: { ...(rules[name] ?? freely), ...next } });
    return (
        <div className="table-wide" tabIndex={0} role="region" aria-label={t('counterfactual.limits')}>
            <table className="data">
                <thead>
                    <tr>{(['feature', 'own', 'may', 'least', 'most'] as const).map((key) => <th key={key} scope="col">{t(`counterfactual.${key}`)}</th>)}</tr>
                </thead>
                <tbody>
                    {explained.features.map((name, i) => {
                        const rule = rules[name] ?? freely;
                        const isNumber = typeof explained.own[row]?.[i] === 'number';
                        const offered: readonly Way[] = isNumber ? ways : ['free', 'fixed'];
                        const bound = (key: 'least' | 'most') => isNumber && rule.way !== 'fixed' && (
                            <NumberInput size="xs" w={110} aria-label={`${name}: ${t(`counterfactual.${key}`)}`} value={rule[key] ?? ''} onChange={(value) => set(name, { [key]: typeof value === 'number' ? value : null })} />
                        );
                        return (
                            <tr key={name}>
                                <th scope="row">{name}</th>
                                <td>{ownText(explained.own[row]?.[i])}</td>
                                <td><Select size="xs" w={130} aria-label={`${name}: ${t('counterfactual.may')}`} allowDeselect={false} value={rule.way} data={offered.map((way) => ({ value: way, label: t(`counterfactual.ways.${way}`) }))}
                                    onChange={(value) => set(name, { way: ways.find((way) => way === value) ?? 'free' })} /></td>
                                <td>{bound('least')}</td>
                                <td>{bound('most')}</td>
                            </tr>
                        );
                    })}
                </tbody>
            </table>
        </div>
    );
};
