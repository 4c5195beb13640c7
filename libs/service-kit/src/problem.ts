/** RFC 9457 problem details, with a stable `code` for programs. */
export type Problem = {
  /** `urn:ipe:problem:<code>`. */
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  errors?: readonly { field: string; rule: string }[];
  /** Members that a problem type adds, such as a decline's `responseCode`. */
  [extension: string]: unknown;
};

export function problem(
  status: number,
  code: string,
  title: string,
  more: { detail?: string; errors?: Problem['errors']; [extension: string]: unknown } = {},
): Problem {
  return { type: `urn:ipe:problem:${code}`, title, status, code, ...more };
}
