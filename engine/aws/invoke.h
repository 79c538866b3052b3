/* What the service calls share: a call whose answer is JSON or XML, pages of results, growing
 * lists. Thread: the client's. */
#ifndef AWS_INVOKE_H
#define AWS_INVOKE_H

#include "aws/client.h"
#include "aws/json.h"
#include "aws/xml.h"

/* Make the call and parse the answer; *json or *xml is the caller's, NULL after an error. An empty
 * body is an empty object. Errors as aws_call; PT_EDATA. */
pt_code aws_call_json(struct aws_client *client, const struct aws_keys *keys,
                      const struct aws_call *call, cJSON **json, struct pt_error *err);
pt_code aws_call_xml(struct aws_client *client, const struct aws_keys *keys,
                     const struct aws_call *call, struct xml **xml, struct pt_error *err);

/* One element of a list that comes in pages. Anything but PT_OK ends the reading. */
typedef pt_code (*aws_item_fn)(void *arg, const cJSON *item, struct pt_error *err);

/* A rest-json list: GET path?query&nextToken=… until there is none, or limit elements were given.
 * is_truncated: out, there were more. list: the member that holds the elements. */
struct aws_listing {
    const struct aws_service *service;
    const char *operation, *path, *query, *list;
    size_t limit;
    aws_item_fn each;
    void *arg;
    bool is_regular; /* aws_pace_take's */
    int *n_pages;    /* out: how many calls it took; NULL nobody asks */
};
pt_code aws_list(struct aws_client *client, const struct aws_keys *keys,
                 const struct aws_listing *listing, bool *is_truncated, struct pt_error *err);

/* Pages of one list; more are no list. */
enum { AWS_PAGES_MAX = 1000 };

/* items with room for one more of `size` bytes, zeroed; NULL without memory, and items stay. */
void *aws_grow(void *items, size_t n, size_t size);

/* A copy with %XX undone (a + stays one); the caller's, free. NULL without memory. */
char *aws_percent_decode(const char *text);

/* "/v1/connectors/{arn}/restart" with the ARN encoded; false: too long. */
bool aws_path(char *out, size_t cap, const char *before, const char *arn, const char *after);

#endif
