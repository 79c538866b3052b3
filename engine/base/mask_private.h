/* The finders of base/mask.c. Each looks at one place of the text, and says which bytes there are a
 * secret. What it reads ahead is bounded, or becomes the secret: the whole stays linear. */
#ifndef BASE_MASK_PRIVATE_H
#define BASE_MASK_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

/* A secret: from … to. */
struct mask_span {
    const char *from, *to;
};

struct mask_scan {
    const char *text, *done; /* done: behind the last secret */
    const char *key_end;     /* of the last access key's id, or NULL */
    const char *pair; /* behind the last `"name": "…password"`, whose "value" follows, or NULL */
    const char *refusal; /* the next " for configuration ", if has_refusal; NULL: there is none */
    bool has_refusal;
};

bool mask_is_name_char(char c);

/* By name. p: where a word begins. */
bool mask_by_name(struct mask_scan *scan, const char *p, struct mask_span *span);
/* "Invalid value X for configuration NAME": Connect's own words, with the value first. */
bool mask_by_refusal(struct mask_scan *scan, const char *p, struct mask_span *span);

/* By shape. p: any place. */
bool mask_by_shape(const struct mask_scan *scan, const char *p, struct mask_span *span);
/* By shape. p: where a word begins. */
bool mask_by_word(struct mask_scan *scan, const char *p, struct mask_span *span);

#endif
