/* What the operator has set, as opposed to what follows from it. Pure. Thread: any. */
#ifndef DOCTOR_GIVEN_H
#define DOCTOR_GIVEN_H

#include "pintop/config.h"

/* Returns the value of a property that was set; NULL: it has its default, or none. */
const char *given(const struct pt_config *cfg, const char *property);

#endif
