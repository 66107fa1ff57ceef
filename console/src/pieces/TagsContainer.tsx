import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";

export interface Tag {
  key: string;
  value: string;
}

const TAGS_MAX = 50;

interface Props {
  tags: Tag[];
  onChange: (tags: Tag[]) => void;
}

/** Tags of a resource that is being made. */
export function TagsContainer({ tags, onChange }: Props) {
  const set = (index: number, part: Partial<Tag>) => onChange(tags.map((tag, at) => (at === index ? { ...tag, ...part } : tag)));
  return (
    <Container header={<Header variant="h2" description="Pairs of key and value, which policies can ask for.">Tags</Header>}>
      <AttributeEditor
        items={tags}
        empty="No tags."
        addButtonText="Add new tag"
        removeButtonText="Remove"
        addButtonVariant="normal"
        disableAddButton={tags.length >= TAGS_MAX}
        onAddButtonClick={() => onChange([...tags, { key: "", value: "" }])}
        onRemoveButtonClick={({ detail }) => onChange(tags.filter((_tag, at) => at !== detail.itemIndex))}
        definition={[
          {
            label: "Key",
            control: (tag, index) => (
              <Input ariaLabel={`Key of tag ${index + 1}`} value={tag.key} onChange={({ detail }) => set(index, { key: detail.value })} />
            ),
          },
          {
            label: "Value",
            control: (tag, index) => (
              <Input ariaLabel={`Value of tag ${index + 1}`} value={tag.value} onChange={({ detail }) => set(index, { value: detail.value })} />
            ),
          },
        ]}
      />
    </Container>
  );
}
