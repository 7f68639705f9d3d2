/* QR codes (ISO/IEC 18004) as SVG, by libqrencode: black modules on white with the quiet zone that readers want, so
 * that they are read on a dark page too. */
#ifndef AIC_FEATURES_IDENTITY_QR_H
#define AIC_FEATURES_IDENTITY_QR_H

#include "base/error.h"
#include "base/text.h"

error qr_svg(arena *a, text said, text *out);

#endif
