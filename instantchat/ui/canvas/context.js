import { createContext, useContext, useSyncExternalStore } from "react";

export const EditorContext = createContext(null);
export const IconsContext = createContext({});
// The node being edited and its issues, for fields at any depth.
export const FormContext = createContext({ issues: [], node: null, readOnly: false });

export const useEditor = () => useContext(EditorContext);

// A part of the editor's state; the component draws again only when that part is another.
export function useEditorState(select) {
  const editor = useEditor();
  return useSyncExternalStore(editor.subscribe, () => select(editor.state));
}
