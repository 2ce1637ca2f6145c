use super::stated;

#[test]
fn dotnet_states_references_linked_files_imports_and_the_files_above() {
    let api = "\u{feff}<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n<ItemGroup>\n\
               <ProjectReference Include=\"..\\Core\\Core.csproj;..\\Money\\Money.fsproj\" />\n\
               <!-- <ProjectReference Include=\"..\\Unused\\Unused.csproj\" /> -->\n\
               <ProjectReference Include=\"$(SourceRoot)Tools\\Tools.csproj\" Condition=\"'$(CI)' == ''\" />\n\
               <Compile Include=\"..\\Shared\\**\\*.cs\" Link=\"Shared\\%(Filename)\" />\n\
               <ProjectReference Include=\"$(NotKnown)\\X\\X.csproj\" />\n\
               <PackageReference Include=\"Serilog\" Version=\"4\" />\n</ItemGroup>\n\
               <Import Project=\"..\\..\\build\\common.targets\" />\n</Project>\n";
    let root = "<Project>\n<PropertyGroup><sourceroot>$(MSBuildThisFileDirectory)src\\</sourceroot></PropertyGroup>\n</Project>\n";
    let inner = "<Project>\n<Import Project=\"$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))\" />\n\
                 <ItemGroup><ProjectReference Include=\"$(MSBuildThisFileDirectory)Analyzers/Analyzers.csproj\" /></ItemGroup>\n</Project>\n";
    let empty = "<Project />\n";
    let files = [
        ("Directory.Build.props", root),
        ("Directory.Packages.props", empty),
        ("src/Directory.Build.props", inner),
        ("src/Api/Api.csproj", api),
        ("src/Core/Core.csproj", empty),
        ("src/Money/Money.fsproj", empty),
        ("src/Tools/Tools.csproj", empty),
        ("src/Unused/Unused.csproj", empty),
        ("src/Analyzers/Analyzers.csproj", empty),
        ("other/Other.vbproj", empty),
        ("other/Directory.Build.rsp", "not XML"),
    ];
    let units = ["src/Api", "src/Core", "src/Money", "src/Tools", "src/Shared", "src/Analyzers", "other"];
    let lines = stated("dotnet", &units, &files);
    let of = |unit: &str| -> Vec<&str> {
        lines.iter().map(String::as_str).filter(|line| line.starts_with(unit)).collect()
    };
    assert_eq!(
        of("src/Api"),
        [
            "src/Api -> src/Analyzers (src/Directory.Build.props:3)",
            "src/Api -> src/Core (src/Api/Api.csproj:3)",
            "src/Api -> src/Money (src/Api/Api.csproj:3)",
            "src/Api -> src/Shared (src/Api/Api.csproj:6)",
            "src/Api -> src/Tools (src/Api/Api.csproj:5)",
            "src/Api: /Directory.Build.props (src/Api/Api.csproj:1)",
            "src/Api: /Directory.Packages.props (src/Api/Api.csproj:1)",
            "src/Api: /build/common.targets (src/Api/Api.csproj:10)",
            "src/Api: /src/Directory.Build.props (src/Api/Api.csproj:1)",
        ]
    );
    assert_eq!(
        of("other"),
        [
            "other: /Directory.Build.props (other/Other.vbproj:1)",
            "other: /Directory.Packages.props (other/Other.vbproj:1)",
        ],
        "the nearest file alone is taken in, and what it does not import is not"
    );
}
