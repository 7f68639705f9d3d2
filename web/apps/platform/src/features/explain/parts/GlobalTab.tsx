import { BeeswarmChart, type Explained, ImportanceChart, InteractionHeatMap } from '@aic/charts';

/** What the model goes by over all rows. */
export const GlobalTab = ({ explained }: { explained: Explained }) => (
    <div className="stack">
        <ImportanceChart explained={explained} />
        <BeeswarmChart explained={explained} />
        <InteractionHeatMap explained={explained} />
    </div>
);
