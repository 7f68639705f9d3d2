#include "engine/trees/compiled.h"

/* Newton's method on the Legendre polynomial, from Tricomi's first guess; symmetric, so half of them. */
quadrature quadrature_of(int count)
{
    quadrature out = { .count = count };
    for (int i = 0; i < (count + 1) / 2; i++) {
        double x = cos(3.14159265358979323846 * (i + 0.75) / (count + 0.5)), slope = 1;
        for (int round = 0; round < 100; round++) {
            double before = 0, value = 1;
            for (int k = 0; k < count; k++) {
                double next = ((2 * k + 1) * x * value - k * before) / (k + 1);
                before = value, value = next;
            }
            slope = count * (x * value - before) / (x * x - 1);
            double change = value / slope;
            x -= change;
            if (fabs(change) < 1e-16) break;
        }
        out.node[i] = (1 - x) / 2, out.node[count - 1 - i] = (1 + x) / 2;
        out.weight[i] = out.weight[count - 1 - i] = 1 / ((1 - x * x) * slope * slope);
    }
    return out;
}
