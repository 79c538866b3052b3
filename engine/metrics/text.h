/* The OpenMetrics 1.0 text format: families of samples with labels.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md */
#ifndef METRICS_TEXT_H
#define METRICS_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct metrics_text {
    struct buf buf;
    const char *family; /* the present one */
};

/* The labels of a sample: name, value, name, value … NULL. Values may be any UTF-8 text. */
#define LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_LABELS ((const char *const[]){NULL})

/* Begins a family. type: "gauge", "counter" …; unit: "seconds", the end of the name, or NULL. */
void metrics_family(struct metrics_text *to, const char *name, const char *type, const char *unit,
                    const char *help);
/* Writes one sample of the family, whose name gets the suffix ("", "_total" …). PT_UNKNOWN and NAN
 * are left out. */
void metrics_int(struct metrics_text *to, const char *suffix, const char *const *labels,
                 int64_t value);
void metrics_real(struct metrics_text *to, const char *suffix, const char *const *labels,
                  double value);
/* Writes a state set: one sample for each word from 0 on, until word(i) is "?" or NULL; that of
 * `state` is 1, all others are 0. labels: at most two pairs. */
void metrics_states(struct metrics_text *to, const char *const *labels, int state,
                    const char *(*word)(int state));

#endif
