/* The configuration after the first question was answered. */
#ifndef UI_CHOSEN_H
#define UI_CHOSEN_H

#include "pintop/config.h"

/* The settings in force, but with these ("key=value"). out: a new configuration, pt_config_free.
 * Errors as pt_config_load. Thread: any. */
pt_code chosen_config(const struct pt_config *cfg, const char *const *chosen, size_t n_chosen,
                      struct pt_config **out, struct pt_error *err);

#endif
