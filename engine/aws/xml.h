/* XML answers of AWS as a small tree, by expat: elements and their text. Attributes and name spaces
 * are dropped. Bounded: 64 levels, 200,000 elements, no document type (so no entities of its own).
 * All of it is wiped when it is freed: STS answers hold keys. Thread: one at a time. */
#ifndef AWS_XML_H
#define AWS_XML_H

#include <stddef.h>

#include "pintop/error.h"

enum { XML_DEPTH_MAX = 64, XML_NODES_MAX = 200000 };

struct xml_node {
    const char *name;
    const char *text; /* its own, without its children's, blanks as they are; never NULL */
    const struct xml_node *first, *next;
};

struct xml;

/* Parse a whole document; leading blanks are allowed.
 * xml     out; xml_free. NULL after an error.
 * Errors  PT_EDATA (not well-formed, cut off, over a bound), PT_ENOMEM. */
pt_code xml_parse(const char *text, size_t len, struct xml **xml, struct pt_error *err);
void xml_free(struct xml *xml);

const struct xml_node *xml_root(const struct xml *xml);
/* The first child of that name, or below it: "Credentials/AccessKeyId". NULL: none; node may be
 * NULL. */
const struct xml_node *xml_find(const struct xml_node *node, const char *path);
/* Its text, or NULL. */
const char *xml_get(const struct xml_node *node, const char *path);
/* The next sibling of that name; NULL: none. */
const struct xml_node *xml_next(const struct xml_node *node, const char *name);

#endif
