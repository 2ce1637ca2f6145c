//! Projects of .NET with their frameworks.

use super::*;
use nestling::MemoryFiles;

#[test]
fn projects_say_what_they_target_and_the_sdk_does_for_all_that_they_reference() {
    let sdk = |inner: &str| format!("<Project Sdk=\"Microsoft.NET.Sdk\">{inner}</Project>");
    let group = |name: &str, value: &str| format!("<PropertyGroup><{name}>{value}</{name}></PropertyGroup>");
    let uses = "<ItemGroup><ProjectReference Include=\"../desk/Desk.csproj\"/></ItemGroup>";
    let files: [(&str, String); 16] = [
        ("Directory.Build.props", format!("<Project>{}</Project>", group("Own", "net9.0"))),
        ("lib/Lib.csproj", sdk(&group("TargetFrameworks", "netstandard2.0;$(Own)"))),
        (
            "api/Api.csproj",
            sdk(&format!(
                "{}<ItemGroup><ProjectReference Include=\"..\\lib\\Lib.csproj\"/></ItemGroup>",
                group("TargetFramework", "net8.0")
            )),
        ),
        ("tests/Api.Tests.csproj", sdk(&group("TargetFrameworks", "net48;net8.0"))),
        ("xunit/Checks.csproj", sdk("<ItemGroup><PackageReference Include=\"xunit.v3\"/></ItemGroup>")),
        ("desk/Desk.csproj", sdk(&group("TargetFramework", "net8.0-windows"))),
        ("uses/Uses.csproj", sdk(&format!("{}{uses}", group("TargetFramework", "net8.0")))),
        ("full/Full.csproj", sdk(&group("TargetFramework", "net48"))),
        ("old/Old.csproj", "<Project ToolsVersion=\"15.0\"/>".to_owned()),
        ("pinned/global.json", "{ \"sdk\": { \"version\": \"8.0.100\" } }".to_owned()),
        ("next/Next.csproj", sdk(&group("TargetFrameworks", "net8.0;net99.0"))),
        ("odd/Odd.csproj", sdk(&group("TargetFramework", "net8.1"))),
        ("core/Core.csproj", sdk(&group("TargetFramework", "netcoreapp3.0"))),
        ("pinned/Newer.csproj", sdk(&group("TargetFramework", "net9.0"))),
        ("rolls/Newer.csproj", sdk(&group("TargetFramework", "net9.0"))),
        (
            "rolls/global.json",
            "{ \"sdk\": { \"version\": \"8.0.100\", \"rollForward\": \"latestMajor\" } }".to_owned(),
        ),
    ];
    let files = MemoryFiles::new(files.iter().map(|(path, text)| (*path, text.as_str())));
    let inventory = Inventory::read(&files).unwrap();
    let dotnet = Dotnet { files: &files, inventory: &inventory };
    for (path, sdk, framework, is_unfit) in [
        ("lib/Lib.csproj", Some("9.0"), Some("net9.0"), false),
        ("api/Api.csproj", Some("9.0"), None, false),
        ("tests/Api.Tests.csproj", Some("8.0"), Some("net8.0"), false),
        ("xunit/Checks.csproj", None, None, false),
        ("desk/Desk.csproj", None, None, true),
        ("old/Old.csproj", None, None, true),
        ("full/Full.csproj", None, None, true),
        ("uses/Uses.csproj", Some("8.0"), None, true),
        ("next/Next.csproj", Some("99.0"), None, true),
        ("odd/Odd.csproj", Some("8.1"), None, true),
        ("core/Core.csproj", Some("3.1"), None, false),
        ("pinned/Newer.csproj", Some("8.0.100"), None, true),
        ("rolls/Newer.csproj", Some("9.0"), None, false),
    ] {
        let path = RepoPath::parse(path).unwrap();
        let project = dotnet.read(&path).unwrap().unwrap();
        assert_eq!(dotnet.sdk(&path).unwrap().as_deref(), sdk, "{path}");
        assert_eq!(project.framework(), framework, "{path}");
        assert_eq!(dotnet.unfit(&path).unwrap().is_some(), is_unfit, "{path}");
    }
}

#[test]
fn global_json_names_the_tag_of_an_image() {
    for (text, expected) in [
        ("{ \"sdk\": { \"version\": \"8.0.100\" } }", Some("8.0.100")),
        ("{ \"sdk\": { \"version\": \"8.0.100\", \"rollForward\": \"latestFeature\" } }", Some("8.0")),
        ("{}", None),
        ("// pinned\n{ \"sdk\": { \"version\": \"8.0.100\", /* x */ } }", Some("8.0.100")),
        ("{ \"sdk\": { \"version\": \"9.0.100-preview.7.24407.12\" } }", Some("9.0")),
        ("{ \"sdk\": { \"version\": \"99.0.100\" } }", None),
        ("[]", None),
    ] {
        assert_eq!(of_global(&global(text)).as_deref(), expected, "{text}");
    }
}
