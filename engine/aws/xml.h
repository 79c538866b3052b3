/* XML answers of AWS as a small tree, by expat: elements and their text. Attributes and
 * namespaces are dropped. Limited to 64 levels and 200,000 elements, without a document type (so
 * without entities of its own). All of it is wiped when it is freed: STS answers contain
 * credentials. Thread: one at a time. */
#ifndef AWS_XML_H
#define AWS_XML_H

#include <stddef.h>

#include "pintop/error.h"

enum { XML_DEPTH_MAX = 64, XML_NODES_MAX = 200000 };

struct xml_node {
    const char *name;
    const char *text; /* its own text, without its children's, blanks unchanged; never NULL */
    const struct xml_node *first, *next;
};

struct xml;

/* Parses a whole document; leading blanks are allowed.
 * xml     out; xml_free. NULL after an error.
 * Errors  PT_EDATA (not well-formed, cut off, over a limit), PT_ENOMEM. */
pt_code xml_parse(const char *text, size_t len, struct xml **xml, struct pt_error *err);
void xml_free(struct xml *xml);

const struct xml_node *xml_root(const struct xml *xml);
/* Returns the first child of that name, or one below it: "Credentials/AccessKeyId". NULL when
 * there is none; node may be NULL. */
const struct xml_node *xml_find(const struct xml_node *node, const char *path);
/* Returns its text, or NULL. */
const char *xml_get(const struct xml_node *node, const char *path);
/* Returns the next sibling of that name, or NULL. */
const struct xml_node *xml_next(const struct xml_node *node, const char *name);

#endif
