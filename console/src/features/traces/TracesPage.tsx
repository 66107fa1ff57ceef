import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { kindOf } from "./story";

/** Ask for a trace by an id. */
export default function TracesPage() {
  const navigate = useNavigate();
  const [id, setId] = useState("");
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (kindOf(id.trim())) void navigate(to.trace(id.trim()));
    else setWrong(true);
  };
  return (
    <form onSubmit={submit}>
      <Form
        header={
          <Header variant="h1" description="From a write to its records, the calls of functions that they caused, and what those logged; or back.">
            Traces
          </Header>
        }
        actions={<Button variant="primary">Trace</Button>}
      >
        <Container>
          <FormField
            label="ID"
            description="The request ID of a write or of a function's run, or the event ID or sequence number of a stream's record."
            errorText={wrong && "This is none of these ids."}
          >
            <Input
              value={id}
              placeholder="ab26525994042c4321f2195e655406c5"
              onChange={({ detail }) => {
                setId(detail.value);
                setWrong(false);
              }}
            />
          </FormField>
        </Container>
      </Form>
    </form>
  );
}
