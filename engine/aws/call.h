/* One signed call to AWS: where it goes, the signature, retries, the clock. Who makes calls owns a
 * client; keys are the caller's. Retries and codes: AWS's "standard" mode, 3 attempts. */
#ifndef AWS_CALL_H
#define AWS_CALL_H

#include "aws/client.h"
#include "aws/fault.h"
#include "aws/keys.h"
#include "base/buf.h"
#include "net/http.h"

struct aws_answer {
    struct http_answer http;
    struct aws_fault fault; /* code "" none */
};

/* Make a call and wait for its end, retries included.
 *
 * keys    NULL: unsigned.
 * answer  out, aws_answer_done, also after an error: fault says what AWS answered.
 * Errors  as http_call; aws_fault_error's for what AWS refuses; PT_ECONFIG no region. */
pt_code aws_call(struct aws_client *client, const struct aws_keys *keys,
                 const struct aws_call *call, struct aws_answer *answer, struct pt_error *err);
void aws_answer_done(struct aws_answer *answer);
/* Whether a change may have been made in spite of the error with which aws_call ended: it was sent,
 * and AWS did not say no. Pure. */
bool aws_may_be_made(const struct aws_answer *answer, pt_code code);

/* Append name=value, encoded, to a form or a query; with & when there is something before it. */
void aws_form_add(struct buf *form, const char *name, const char *value);

#endif
