import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";

import { regionOf } from "../../app/region";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { KeyFields } from "./KeyFields";
import styles from "./sign-in.module.css";
import { useSignIn } from "./useSignIn";

/** Asks for an access key, and keeps only the temporary credentials that it is exchanged for. */
export function SignIn() {
  const [region, setRegion] = useState(regionOf(window.location.search) ?? "us-east-1");
  const signing = useSignIn(region);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signing.submit();
  };
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <SpaceBetween size="l">
          <div className={styles.brand}>
            <img src="/console/icon.svg" alt="" width="40" height="40" />
            <Box variant="h1" fontSize="heading-xl" padding="n">
              Tailrace
            </Box>
          </div>
          <form onSubmit={submit}>
            <Container header={<Header variant="h2" description="With an access key of this server">Sign in</Header>}>
              <Form actions={<Button variant="primary" loading={signing.busy}>Sign in</Button>}>
                <SpaceBetween size="m">
                  <ErrorAlert error={signing.error} />
                  <KeyFields of={signing} />
                  <FormField label="Region">
                    <Input value={region} onChange={({ detail }) => setRegion(detail.value)} spellcheck={false} />
                  </FormField>
                </SpaceBetween>
              </Form>
            </Container>
          </form>
          <Box color="text-body-secondary" fontSize="body-s">
            Only temporary credentials are kept, in this tab alone. In a terminal, <code>tailrace console</code> opens this page
            signed in.
          </Box>
        </SpaceBetween>
      </div>
    </main>
  );
}
