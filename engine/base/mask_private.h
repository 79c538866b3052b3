/* The finders of base/mask.c. Each examines one place of the text and reports which bytes there
 * are a secret. A finder reads ahead a bounded number of bytes, or as far as the secret itself,
 * so the whole pass stays linear. */
#ifndef BASE_MASK_PRIVATE_H
#define BASE_MASK_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of a secret, from `from` to `to`. */
struct mask_span {
    const char *from, *to;
};

struct mask_scan {
    const char *text, *done; /* done: the end of the last secret */
    const char *key_end;     /* end of the last access key ID, or NULL */
    const char *pair; /* end of the last `"name": "…password"`, whose "value" follows, or NULL */
    const char *refusal; /* the next " for configuration ", if has_refusal; NULL when there is
                          * none */
    bool has_refusal;
};

bool mask_is_name_char(char c);

/* By name. p is the beginning of a word. */
bool mask_by_name(struct mask_scan *scan, const char *p, struct mask_span *span);
/* "Invalid value X for configuration NAME": Connect's own message, with the value first. */
bool mask_by_refusal(struct mask_scan *scan, const char *p, struct mask_span *span);

/* By shape. p is any place. */
bool mask_by_shape(const struct mask_scan *scan, const char *p, struct mask_span *span);
/* By shape. p is the beginning of a word. */
bool mask_by_word(struct mask_scan *scan, const char *p, struct mask_span *span);

#endif
