/** A sign-in by an access key, which is forgotten once temporary credentials are there. */

import { useState } from "react";

import { announce, keep } from "../../aws/session";
import { signIn } from "../../aws/sts";

export interface SigningIn {
  accessKeyId: string;
  setAccessKeyId: (text: string) => void;
  secretAccessKey: string;
  setSecretAccessKey: (text: string) => void;
  error: unknown;
  busy: boolean;
  submit: () => Promise<void>;
}

/** The state of a sign-in to a region; `onDone` is called when somebody has signed in. */
export function useSignIn(region: string, onDone: () => void = () => {}): SigningIn {
  const [accessKeyId, setAccessKeyId] = useState("");
  const [secretAccessKey, setSecretAccessKey] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      const made = await signIn({ accessKeyId: accessKeyId.trim(), secretAccessKey: secretAccessKey.trim(), region: region.trim() });
      keep(made);
      announce(made);
      onDone();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { accessKeyId, setAccessKeyId, secretAccessKey, setSecretAccessKey, error, busy, submit };
}
