/* Shared by the service calls: a call whose answer is JSON or XML, pages of results, growing
 * lists. Thread: the client's. */
#ifndef AWS_INVOKE_H
#define AWS_INVOKE_H

#include "aws/call.h"
#include "aws/xml.h"
#include "base/json.h"

/* Makes the call and parses the answer; the caller owns *json or *xml, NULL after an error. An
 * empty body is an empty object. Errors as aws_call; PT_EDATA. */
pt_code aws_call_json(struct aws_client *client, const struct aws_keys *keys,
                      const struct aws_call *call, cJSON **json, struct pt_error *err);
pt_code aws_call_xml(struct aws_client *client, const struct aws_keys *keys,
                     const struct aws_call *call, struct xml **xml, struct pt_error *err);

/* Receives one element of a list that comes in pages. Anything but PT_OK ends the reading. */
typedef pt_code (*aws_item_fn)(void *arg, const cJSON *item, struct pt_error *err);

/* A rest-json list: GET path?query&nextToken=… until there is no next page, or limit elements
 * were delivered. is_truncated: out, there were more. list: the member with the elements. */
struct aws_listing {
    const struct aws_service *service;
    const char *operation, *path, *query, *list;
    size_t limit;
    aws_item_fn each;
    void *arg;
    bool is_regular; /* aws_pace_take's */
    int *n_pages;    /* out: how many calls it took; may be NULL */
};
pt_code aws_list(struct aws_client *client, const struct aws_keys *keys,
                 const struct aws_listing *listing, bool *is_truncated, struct pt_error *err);

/* The maximum number of pages; a list with more is broken. */
enum { AWS_PAGES_MAX = 1000 };

/* Returns items with room for one more of `size` bytes, zeroed; NULL when out of memory, and
 * items stay. */
void *aws_grow(void *items, size_t n, size_t size);

#endif
