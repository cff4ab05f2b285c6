// Buttons, hints and menus of the canvas, as the rest of the product draws them (ui/button.py, ui/menu.py).
import * as Menu from "@radix-ui/react-dropdown-menu";
import * as Tooltip from "@radix-ui/react-tooltip";

const BUTTON =
  "inline-flex shrink-0 items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap select-none " +
  "transition-colors disabled:opacity-50 disabled:cursor-not-allowed";
const LOOKS = {
  primary: "bg-brand text-brand-foreground shadow-card hover:bg-brand-hover",
  secondary: "bg-surface text-foreground border border-border shadow-card hover:bg-muted",
  ghost: "text-foreground hover:bg-muted",
  danger: "text-danger hover:bg-danger-soft",
};

export function Button({ look = "secondary", size = "md", className = "", ...rest }) {
  const sized = size === "sm" ? "h-8 px-3 text-[13px]" : "h-9 px-3.5 text-sm";
  return <button type="button" className={`${BUTTON} ${LOOKS[look]} ${sized} ${className}`} {...rest} />;
}

export function IconButton({ label, look = "ghost", size = "md", className = "", children, shortcut, ...rest }) {
  const sized = size === "sm" ? "size-8 [&_svg]:size-4" : "size-9 [&_svg]:size-[18px]";
  return (
    <Hint text={shortcut ? `${label} (${shortcut})` : label} side="bottom">
      <button type="button" aria-label={label} className={`${BUTTON} ${LOOKS[look]} ${sized} ${className}`} {...rest}>
        {children}
      </button>
    </Hint>
  );
}

export function Hint({ text, side = "top", children }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 rounded-md bg-foreground px-2.5 py-1.5 text-xs text-background shadow-raised animate-fade"
        >
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

export const Hints = ({ children }) => <Tooltip.Provider delayDuration={350}>{children}</Tooltip.Provider>;

export function DropMenu({ trigger, align = "end", className = "", children, ...rest }) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger asChild>{trigger}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={`z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 overflow-y-auto rounded-lg border border-border bg-surface p-1 text-sm shadow-raised animate-rise ${className}`}
          {...rest}
        >
          {children}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

export function MenuItem({ className = "", ...rest }) {
  return (
    <Menu.Item
      className={`flex w-full items-start gap-2.5 rounded-md px-2.5 py-2 outline-none select-none data-[highlighted]:bg-muted ${className}`}
      {...rest}
    />
  );
}

export const MenuLabel = (props) => <Menu.Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-muted-foreground" {...props} />;
