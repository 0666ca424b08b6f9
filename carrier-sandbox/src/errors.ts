/**
 * Twilio's error codes with the words and the HTTP status they come with. The same table serves refusals of the API
 * and the `error_message` of a message that failed on its way.
 */
const ERRORS: Record<number, readonly [status: number, message: string]> = {
  11100: [400, 'Invalid URL format'],
  11200: [400, 'HTTP retrieval failure'],
  11205: [400, 'HTTP connection failure'],
  11217: [400, 'HTTP error response from the webhook'],
  11751: [400, 'MMS media exceeds the size limit'],
  12100: [400, 'Document parse failure'],
  12200: [400, 'Schema validation warning'],
  12300: [400, 'Invalid Content-Type'],
  20001: [400, 'Invalid parameter value'],
  20003: [401, 'Authenticate'],
  20004: [405, 'Method not allowed'],
  20009: [409, 'Cannot delete the resource while it is in use'],
  20404: [404, 'The requested resource was not found'],
  20429: [429, 'Too Many Requests'],
  20500: [500, 'An internal server error has occurred'],
  13214: [400, 'Dial: callerId is not a number of the account'],
  21205: [400, 'Url is not a valid URL'],
  21210: [400, "The 'From' phone number is not verified or owned by the account"],
  21220: [400, 'The call is not in a state in which it can be changed'],
  21201: [400, "A 'To' phone number is required."],
  21213: [400, "A 'From' phone number is required."],
  21211: [400, "Invalid 'To' Phone Number"],
  21212: [400, "Invalid 'From' Phone Number"],
  21266: [400, "'To' and 'From' number cannot be the same"],
  21408: [400, 'Permission to send an SMS has not been enabled for the region'],
  21421: [400, 'PhoneNumber is invalid'],
  21422: [400, 'PhoneNumber is not available'],
  21452: [400, 'No phone numbers found in the area code'],
  21602: [400, 'Message body is required.'],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21606: [
    400,
    "The 'From' phone number is not a valid, message-capable Twilio phone number for this destination",
  ],
  21608: [400, "The 'To' number is unverified. Trial accounts cannot send messages to unverified numbers"],
  21609: [400, 'Invalid StatusCallback URL'],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21611: [429, "This 'From' number has exceeded the maximum number of queued messages"],
  21612: [400, "Message cannot be sent with the current combination of 'To' and/or 'From' parameters"],
  21614: [400, "'To' number is not a valid mobile number"],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
  21620: [400, 'Invalid media URL(s)'],
  21623: [400, 'Number of media files exceeds allowed limit'],
  21635: [400, "'To' number cannot be a landline"],
  21659: [400, 'From is not a Twilio phone number or Short Code country mismatch'],
  21660: [400, 'Mismatch between the From number and the account'],
  21661: [400, 'From number is not SMS-capable'],
  21701: [404, 'The Messaging Service does not exist'],
  21703: [400, 'The Messaging Service does not have a phone number available to send a message'],
  21704: [400, 'The Messaging Service contains no phone numbers'],
  21705: [400, 'The Messaging Service is invalid'],
  21710: [409, 'Phone Number or Short Code is already in the Messaging Service'],
  21712: [409, 'Phone Number or Short Code is associated with another Messaging Service'],
  30001: [400, 'Queue overflow'],
  30002: [400, 'Account suspended'],
  30003: [400, 'Unreachable destination handset'],
  30004: [400, 'Message blocked'],
  30005: [400, 'Unknown destination handset'],
  30006: [400, 'Landline or unreachable carrier'],
  30007: [400, 'Message filtered'],
  30008: [400, 'Unknown error'],
  30009: [409, 'The message cannot be changed in its present status'],
  30010: [400, 'Message price exceeds max price'],
  30011: [400, 'MMS not supported by the receiving phone number in this region'],
  30017: [400, 'Carrier network congestion'],
  30019: [400, 'Content size exceeds carrier limit'],
  30022: [400, 'US A2P 10DLC rate limits exceeded'],
  30023: [400, 'US A2P 10DLC daily message cap reached'],
  30024: [400, 'Numeric sender ID not provisioned on carrier'],
  30027: [400, 'US A2P 10DLC T-Mobile daily message limit reached'],
  30032: [400, 'Toll-free number has not been verified'],
  30033: [400, 'US A2P 10DLC campaign suspended'],
  30034: [400, 'Message from an unregistered number'],
  30036: [400, 'Validity period expired'],
  30410: [400, 'Provider timeout error'],
  30450: [400, 'Message delivery blocked (SMS pumping protection)'],
  35111: [400, 'SendAt is required when ScheduleType is given'],
  35114: [400, 'SendAt must be between 15 minutes and 35 days from now'],
  35118: [400, 'MessagingServiceSid is required to schedule a message'],
  63019: [400, 'Media failed to download'],
};

/** A refusal on its way to the caller, in Twilio's shape. */
export class CarrierError extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message?: string) {
    super(message ?? errorMessage(code) ?? `Error ${code}`);
    this.code = code;
    this.status = ERRORS[code]?.[0] ?? 400;
  }

  body(): { code: number; message: string; more_info: string; status: number } {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    };
  }
}

export function errorMessage(code: number | null): string | null {
  return code === null ? null : (ERRORS[code]?.[1] ?? `Error ${code}`);
}
