import { ActionIcon, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from '@aic/text';

export const Hash = ({ value, short = false }: { value: string; short?: boolean }) => {
    const { t } = useTranslation();
    return (
        <span className="row" style={{ gap: 4, flexWrap: 'nowrap' }}>
            <code className="mono" title={value}>{short ? `${value.slice(0, 10)}…${value.slice(-6)}` : value}</code>
            <CopyButton value={value}>
                {({ copied, copy }) => (
                    <ActionIcon size="sm" variant="subtle" onClick={(event) => { event.stopPropagation(); copy(); }}
                        aria-label={copied ? t('common.copied') : t('common.copy')}>
                        {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                    </ActionIcon>
                )}
            </CopyButton>
        </span>
    );
};
